// Not there yet.
import {PageHead} from '../../ui/bits';

export default function Uploads() {
	return <PageHead title="uploads" />;
}
