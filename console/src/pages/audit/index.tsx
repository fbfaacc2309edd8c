// Not there yet.
import {PageHead} from '../../ui/bits';

export default function Audit() {
	return <PageHead title="audit" />;
}
