// Not there yet.
import {PageHead} from '../../ui/bits';

export default function Bind() {
	return <PageHead title="bind" />;
}
