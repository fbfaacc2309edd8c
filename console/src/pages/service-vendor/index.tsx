// Not there yet.
import {PageHead} from '../../ui/bits';

export default function ServiceVendor() {
	return <PageHead title="service-vendor" />;
}
