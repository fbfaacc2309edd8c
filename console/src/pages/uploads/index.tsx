// The manifests of a vendor, and the start of a publication.
import {useState} from 'preact/hooks';
import {useLocation, useRoute} from 'preact-iso';
import {api, take} from '../../api/client';
import {useList} from '../../hooks';
import {useI18n} from '../../i18n';
import {useLive, vendorEvents} from '../../live';
import {PageHead} from '../../ui/bits';
import {Button} from '../../ui/button';
import {Empty} from '../../ui/state';
import {ListTable} from '../../ui/table';
import {useUploadColumns} from '../../vendor/parts';
import {PublishForm} from '../../vendor/publish-form';
import {texts as x} from '../../vendor/texts';

const page_rows = 100;

export default function Uploads() {
	const {t} = useI18n();
	const {route} = useLocation();
	const vendor = useRoute().params['vendor'] ?? '';
	const [adding, setAdding] = useState(location.hash === '#new');
	const columns = useUploadColumns(vendor);
	const list = useList((cursor, signal) => take(api.GET('/api/v1/vendors/{vendor}/uploads',
		{params: {path: {vendor}, query: {limit: page_rows, ...cursor && {cursor}}}, signal})), [vendor]);
	useLive(vendor ? vendorEvents(vendor) : undefined, {
		upload: (u) => list.change((items) => items.some((y) => y.id === u.id) ?
			items.map((y) => y.id === u.id ? u : y) : [u, ...items]),
		refresh() {
			// Not under the hands of who has scrolled on.
			if (list.items.length <= page_rows)
				list.reload();
		},
	});
	return <>
		<PageHead title={t(x.uploads)} sub={t(x.uploadsSub)} actions={
			<Button kind="primary" onClick={() => setAdding(true)}>{t(x.publish)}</Button>} />
		<ListTable caption={t(x.uploads)} columns={columns} rowKey={(u) => u.id} list={list}
			empty={<Empty title={t(x.noUploads)}>{t(x.noUploadsText)}</Empty>} />
		{adding && <PublishForm vendor={vendor} onClose={() => {
			setAdding(false);
			history.replaceState(null, '', location.pathname);
		}}
			onMade={(id) => route(`/console/v/${vendor}/uploads/${id}`)} />}
	</>;
}
