// Not there yet.
import {PageHead} from '../../ui/bits';

export default function Cloud() {
	return <PageHead title="cloud" />;
}
