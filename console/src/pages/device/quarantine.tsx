// Keeping a device out, and letting it in again.
import {useState} from 'preact/hooks';
import {api, take, type Schemas} from '../../api/client';
import {useAction} from '../../hooks';
import {useI18n} from '../../i18n';
import {Dialog} from '../../ui/dialog';
import {Form, TextField} from '../../ui/form';
import {useToast} from '../../ui/toast';
import {texts as x} from '../devices/texts';

export function Quarantine({account, device, onClose, onDone}: {account: string;
		device: Schemas['Device']; onClose: () => void; onDone: () => void}) {
	const {t} = useI18n();
	const toast = useToast();
	const [note, setNote] = useState('');
	const out = device.state === 'quarantined';
	const path = {account, fingerprint: device.fingerprint};
	const change = useAction(async () => {
		if (out)
			await take(api.POST('/api/v1/accounts/{account}/devices/{fingerprint}/release', {params: {path}}));
		else
			await take(api.POST('/api/v1/accounts/{account}/devices/{fingerprint}/quarantine',
				{params: {path}, body: {...note.trim() && {note: note.trim()}}}));
		toast(t(out ? x.isReleased : x.isQuarantined));
		onDone();
		onClose();
	});
	return <Dialog title={t(out ? x.release : x.quarantine)} onClose={onClose}>
		<Form action={change} submit={t(out ? x.release : x.quarantine)} danger={!out}
			onSubmit={() => void change.run()}>
			<p>{t(out ? x.releaseText : x.quarantineText)}</p>
			{!out && <TextField label={t(x.quarantineNote)} optional maxlength={200} value={note}
				onValue={setNote} />}
		</Form>
	</Dialog>;
}
