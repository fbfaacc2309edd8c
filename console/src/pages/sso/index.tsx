// Not there yet.
import {PageHead} from '../../ui/bits';

export default function Sso() {
	return <PageHead title="sso" />;
}
