// Not there yet.
import {PageHead} from '../../ui/bits';

export default function VendorBatches() {
	return <PageHead title="vendor-batches" />;
}
