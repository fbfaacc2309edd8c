// One-time codes: turned on in three steps, turned off, recovery codes anew.
import {useState} from 'preact/hooks';
import {api, take, type Schemas} from '../../api/client';
import {useAction} from '../../hooks';
import {useI18n} from '../../i18n';
import {useSaid} from '../../people/faults';
import {useMe, useSession} from '../../session';
import {Badge, Card, Copy} from '../../ui/bits';
import {Button} from '../../ui/button';
import {Dialog} from '../../ui/dialog';
import {Form, TextField} from '../../ui/form';
import {useToast} from '../../ui/toast';
import {Codes} from './codes';
import {Proof} from './proof';
import {Qr} from './qr';
import {texts as x} from './texts';

function Confirm({secret, onCodes}: {
		secret: Schemas['TotpSecret']; onCodes: (codes: string[]) => void}) {
	const {t} = useI18n();
	const said = useSaid();
	const [code, setCode] = useState('');
	const confirm = useAction(async () => onCodes((await take(api.PUT('/api/v1/me/totp',
		{body: {code: code.replace(/\s/g, '')}}))).codes));
	const groups = secret.secret.match(/.{1,4}/g)?.join(' ') ?? secret.secret;
	return <div class="stack">
		<p>{t(x.totpScan)}</p>
		<Qr text={secret.uri} label={t(x.totpQr)} />
		<p class="secret">{t(x.totpSecret)}<br /><code>{groups}</code> <Copy text={secret.secret} /></p>
		<p class="secret"><a href={secret.uri}>{t(x.totpOpen)}</a></p>
		<Form action={{busy: confirm.busy, problem: said(confirm.problem)}} submit={t(x.confirm)}
			onSubmit={() => void confirm.run()}>
			<TextField label={t(x.totpCode)} inputMode="numeric" autocomplete="one-time-code"
				pattern="[0-9 ]{6,8}" maxlength={8} value={code} onValue={setCode} />
		</Form>
	</div>;
}

function Begin({onClose}: {onClose: () => void}) {
	const {t} = useI18n();
	const {reload} = useSession();
	const [secret, setSecret] = useState<Schemas['TotpSecret']>();
	const [codes, setCodes] = useState<string[]>();
	if (codes)
		return <Dialog title={t(x.codes)} onClose={onClose}>
			<Codes codes={codes} onClose={onClose} /></Dialog>;
	return <Dialog title={t(x.totpBegin)} onClose={onClose}>
		{secret ? <Confirm secret={secret} onCodes={(list) => {
			setCodes(list);
			void reload();
		}} /> : <Proof run={async (password) => setSecret(
			await take(api.POST('/api/v1/me/totp', {body: {password}})))} />}
	</Dialog>;
}

function Renew({onClose}: {onClose: () => void}) {
	const {t} = useI18n();
	const {reload} = useSession();
	const [codes, setCodes] = useState<string[]>();
	return <Dialog title={t(x.codesNew)} onClose={onClose}>
		{codes ? <Codes codes={codes} onClose={onClose} /> :
			<Proof text={t(x.codesNewText)} run={async (password) => {
				setCodes((await take(api.POST('/api/v1/me/recovery-codes', {body: {password}}))).codes);
				await reload();
			}} />}
	</Dialog>;
}

function Remove({onClose}: {onClose: () => void}) {
	const {t} = useI18n();
	const {reload} = useSession();
	const toast = useToast();
	return <Dialog title={t(x.totpRemoveTitle)} onClose={onClose}>
		<Proof text={t(x.totpRemoveText)} submit={t(x.totpRemove)} danger run={async (password) => {
			await take(api.POST('/api/v1/me/totp/removal', {body: {password}}));
			await reload();
			onClose();
			toast(t(x.totpRemoved));
		}} />
	</Dialog>;
}

export function Totp() {
	const {t} = useI18n();
	const me = useMe();
	const [open, setOpen] = useState<'begin' | 'renew' | 'remove'>();
	const close = () => setOpen(undefined);
	return <Card title={t(x.totp)} actions={<Badge tone={me.totp ? 'good' : 'quiet'}>
		{t(me.totp ? x.totpOn : x.totpOff)}</Badge>}>
		<p class="faint">{t(x.totpText)}</p>
		{me.totp && <p>{t(x.codesLeft, {n: me.recovery_codes})}
			{me.recovery_codes < 4 && `. ${t(x.codesFew)}`}</p>}
		<div class="row">{me.totp ? <>
			<Button onClick={() => setOpen('renew')}>{t(x.codesNew)}</Button>
			<Button kind="danger" onClick={() => setOpen('remove')}>{t(x.totpRemove)}</Button>
		</> : <Button onClick={() => setOpen('begin')}>{t(x.totpBegin)}</Button>}</div>
		{open === 'begin' && <Begin onClose={close} />}
		{open === 'renew' && <Renew onClose={close} />}
		{open === 'remove' && <Remove onClose={close} />}
	</Card>;
}
