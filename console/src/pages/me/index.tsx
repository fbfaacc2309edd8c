// The reader's own page: name, ways of signing in, sessions, places.
import {useState} from 'preact/hooks';
import {api, take} from '../../api/client';
import {useAction} from '../../hooks';
import {useI18n} from '../../i18n';
import {isPasswordFault, useSaid} from '../../people/faults';
import {NewPassword, PasswordField} from '../../people/password';
import {texts as px} from '../../people/texts';
import {useMe, useSession} from '../../session';
import {Card, PageHead} from '../../ui/bits';
import {Button} from '../../ui/button';
import {Dialog} from '../../ui/dialog';
import {Form, TextField} from '../../ui/form';
import {common} from '../../ui/texts';
import {useToast} from '../../ui/toast';
import {Passkeys} from './passkeys';
import {Places} from './places';
import {Sessions} from './sessions';
import {texts as x} from './texts';
import {Totp} from './totp';

function NameDialog({onClose}: {onClose: () => void}) {
	const {t} = useI18n();
	const me = useMe();
	const toast = useToast();
	const {reload} = useSession();
	const [name, setName] = useState(me.user.name);
	const save = useAction(async () => {
		await take(api.PATCH('/api/v1/me', {body: {name: name.trim()}}));
		await reload();
		onClose();
		toast(t(x.saved));
	});
	return <Dialog title={t(x.changeName)} onClose={onClose}>
		<Form action={save} submit={t(common.save)} onSubmit={() => void save.run()}>
			<TextField label={t(px.yourName)} hint={t(x.nameHint)} autocomplete="name" maxlength={100}
				value={name} onValue={setName} />
		</Form>
	</Dialog>;
}

function PasswordDialog({onClose}: {onClose: () => void}) {
	const {t} = useI18n();
	const said = useSaid();
	const me = useMe();
	const toast = useToast();
	const [old, setOld] = useState('');
	const [fresh, setFresh] = useState('');
	const save = useAction(async () => {
		await take(api.PUT('/api/v1/me/password', {body: {old, new: fresh}}));
		onClose();
		toast(t(x.passwordChanged));
	});
	return <Dialog title={t(x.changePassword)} onClose={onClose}>
		<Form action={{busy: save.busy, problem: isPasswordFault(save.problem) ? undefined :
			said(save.problem)}} submit={t(x.changePassword)} onSubmit={() => void save.run()}>
			<p>{t(x.passwordText)}</p>
			<PasswordField label={t(x.oldPassword)} value={old} onValue={setOld} />
			<NewPassword email={me.user.email} value={fresh} onValue={setFresh}
				problem={save.problem} />
		</Form>
	</Dialog>;
}

export default function Me() {
	const {t} = useI18n();
	const me = useMe();
	const [open, setOpen] = useState<'name' | 'password'>();
	// Anew after a change of password, which ends sessions.
	const [round, setRound] = useState(0);
	return <>
		<PageHead title={me.user.name || me.user.email} sub={t(x.sub)} />
		<div class="stack">
			<div class="columns">
				<Card title={t(x.you)}>
					<p>{me.user.name && <><strong>{me.user.name}</strong><br /></>}{me.user.email}</p>
					<div class="row"><Button onClick={() => setOpen('name')}>
						{t(x.changeName)}</Button></div>
				</Card>
				{me.has_password ? <Card title={t(x.password)}>
					<p class="faint">{t(x.passwordText)}</p>
					<div class="row"><Button onClick={() => setOpen('password')}>
						{t(x.changePassword)}</Button></div>
				</Card> : <Card title={t(x.provider)}><p>{t(x.providerText)}</p></Card>}
				{me.has_password && <Totp />}
			</div>
			{(me.has_password || me.passkeys > 0) && <Passkeys />}
			<Sessions key={round} />
			<Places />
		</div>
		{open === 'name' && <NameDialog onClose={() => setOpen(undefined)} />}
		{open === 'password' && <PasswordDialog onClose={() => {
			setOpen(undefined);
			setRound(round + 1);
		}} />}
	</>;
}
