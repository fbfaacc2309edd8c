// Not there yet.
import {PageHead} from '../../ui/bits';

export default function Products() {
	return <PageHead title="products" />;
}
