// Not there yet.
import {PageHead} from '../../ui/bits';

export default function Vendor() {
	return <PageHead title="vendor" />;
}
