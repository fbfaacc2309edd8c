// Not there yet.
import {PageHead} from '../../ui/bits';

export default function Users() {
	return <PageHead title="users" />;
}
