// Not there yet.
import {PageHead} from '../../ui/bits';

export default function VendorBatch() {
	return <PageHead title="vendor-batch" />;
}
