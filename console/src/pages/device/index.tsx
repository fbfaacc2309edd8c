// Not there yet.
import {PageHead} from '../../ui/bits';

export default function Device() {
	return <PageHead title="device" />;
}
