// Not there yet.
import {PageHead} from '../../ui/bits';

export default function Me() {
	return <PageHead title="me" />;
}
