// Not there yet.
import {PageHead} from '../../ui/bits';

export default function Batches() {
	return <PageHead title="batches" />;
}
