// Not there yet.
import {PageHead} from '../../ui/bits';

export default function Invite() {
	return <PageHead title="invite" />;
}
