// Not there yet.
import {PageHead} from '../../ui/bits';

export default function Tokens() {
	return <PageHead title="tokens" />;
}
