// Not there yet.
import {PageHead} from '../../ui/bits';

export default function Labels() {
	return <PageHead title="labels" />;
}
