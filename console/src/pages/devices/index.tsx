// Not there yet.
import {PageHead} from '../../ui/bits';

export default function Devices() {
	return <PageHead title="devices" />;
}
