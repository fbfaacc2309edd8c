// Not there yet.
import {PageHead} from '../../ui/bits';

export default function Clouds() {
	return <PageHead title="clouds" />;
}
