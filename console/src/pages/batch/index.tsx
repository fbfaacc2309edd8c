// Not there yet.
import {PageHead} from '../../ui/bits';

export default function Batch() {
	return <PageHead title="batch" />;
}
