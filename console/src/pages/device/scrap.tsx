// Ending a device's life, for good.
import {useState} from 'preact/hooks';
import {api, take, type Schemas} from '../../api/client';
import {useAction} from '../../hooks';
import {useI18n} from '../../i18n';
import {Dialog} from '../../ui/dialog';
import {Check, Form, TextField} from '../../ui/form';
import {useToast} from '../../ui/toast';
import {texts as x} from '../devices/texts';

export function Scrap({account, device, onClose, onDone}: {account: string;
		device: Schemas['Device']; onClose: () => void; onDone: () => void}) {
	const {t} = useI18n();
	const toast = useToast();
	const [note, setNote] = useState('');
	const [sure, setSure] = useState(false);
	const path = {account, fingerprint: device.fingerprint};
	const scrap = useAction(async () => {
		await take(api.POST('/api/v1/accounts/{account}/devices/{fingerprint}/scrap',
			{params: {path}, body: {...note.trim() && {note: note.trim()}}}));
		toast(t(x.isScrapped));
		onDone();
		onClose();
	});
	return <Dialog title={t(x.scrap)} onClose={onClose}>
		<Form action={scrap} submit={t(x.scrap)} danger onSubmit={() => void scrap.run()}>
			<p>{t(x.scrapText)}</p>
			<TextField label={t(x.quarantineNote)} optional maxlength={200} value={note}
				onValue={setNote} />
			<Check label={t(x.scrapSure)} required checked={sure} onChecked={setSure} />
		</Form>
	</Dialog>;
}
