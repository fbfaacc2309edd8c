// Not there yet.
import {PageHead} from '../../ui/bits';

export default function Reset() {
	return <PageHead title="reset" />;
}
