// Not there yet.
import {PageHead} from '../../ui/bits';

export default function ServiceUsers() {
	return <PageHead title="service-users" />;
}
