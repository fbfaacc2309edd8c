// Not there yet.
import {PageHead} from '../../ui/bits';

export default function Service() {
	return <PageHead title="service" />;
}
