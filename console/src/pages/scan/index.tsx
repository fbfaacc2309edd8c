// Not there yet.
import {PageHead} from '../../ui/bits';

export default function Scan() {
	return <PageHead title="scan" />;
}
