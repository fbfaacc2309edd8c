// Not there yet.
import {PageHead} from '../../ui/bits';

export default function Upload() {
	return <PageHead title="upload" />;
}
