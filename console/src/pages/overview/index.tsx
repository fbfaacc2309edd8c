// Not there yet.
import {PageHead} from '../../ui/bits';

export default function Overview() {
	return <PageHead title="overview" />;
}
