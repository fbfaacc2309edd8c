// Not there yet.
import {PageHead} from '../../ui/bits';

export default function Settings() {
	return <PageHead title="settings" />;
}
