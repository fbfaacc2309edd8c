// Passkeys: add one with a name, list, remove.
import {useState} from 'preact/hooks';
import {api, take, type Schemas} from '../../api/client';
import {useAction, useLoad} from '../../hooks';
import {useI18n} from '../../i18n';
import {useSaid} from '../../people/faults';
import {PasswordField} from '../../people/password';
import {makePasskey, passkeysWork} from '../../people/webauthn';
import {useMe, useSession} from '../../session';
import {Card, Time} from '../../ui/bits';
import {Button} from '../../ui/button';
import {Confirm, Dialog} from '../../ui/dialog';
import {Form, TextField} from '../../ui/form';
import {ErrorBox, Loading} from '../../ui/state';
import {Table, type Column} from '../../ui/table';
import {common} from '../../ui/texts';
import {useToast} from '../../ui/toast';
import {agentOf} from './agent';
import {texts as x} from './texts';

type Passkey = Schemas['Passkey'];

function Add({onClose, onDone}: {onClose: () => void; onDone: () => void}) {
	const {t} = useI18n();
	const said = useSaid();
	const me = useMe();
	const {browser, system} = agentOf(navigator.userAgent);
	const [name, setName] = useState([browser, system].filter(Boolean).join(', '));
	const [password, setPassword] = useState('');
	const add = useAction(async () => {
		const options = await take(api.POST('/api/v1/me/passkeys/options', {body: {password}}));
		const credential = await makePasskey(options);
		await take(api.POST('/api/v1/me/passkeys', {body: {name, credential}}));
		onDone();
	});
	return <Dialog title={t(x.passkeyAdd)} onClose={onClose}>
		<Form action={{busy: add.busy, problem: said(add.problem)}} submit={t(x.passkeyAdd)}
			onSubmit={() => void add.run()}>
			<TextField label={t(x.passkeyName)} hint={t(x.passkeyNameHint)} maxlength={100}
				autocomplete="off" value={name} onValue={setName} />
			<input class="visually-hidden" type="text" autocomplete="username"
				value={me.user.email} readOnly tabIndex={-1} aria-hidden="true" />
			<PasswordField value={password} onValue={setPassword} />
		</Form>
	</Dialog>;
}

export function Passkeys() {
	const {t} = useI18n();
	const toast = useToast();
	const {reload} = useSession();
	const me = useMe();
	const [open, setOpen] = useState<'add' | Passkey>();
	const list = useLoad((signal) => take(api.GET('/api/v1/me/passkeys',
		{params: {query: {limit: 100}}, signal})), []);
	const done = (text: string) => {
		setOpen(undefined);
		toast(text);
		list.reload();
		void reload();
	};
	const columns: Column<Passkey>[] = [
		{key: 'name', title: t(common.name), main: true, cell: (p) => p.name},
		{key: 'made', title: t(x.added), cell: (p) => <Time at={p.created_at} />},
		{key: 'used', title: t(x.lastUsed), cell: (p) => <Time at={p.last_used_at} />},
		{key: 'actions', title: t(common.actions), align: 'end', cell: (p) =>
			<Button size="small" kind="quiet" aria-label={t(x.passkeyRemove, {name: p.name})}
				onClick={() => setOpen(p)}>{t(common.remove)}</Button>},
	];
	const items = list.value?.items;
	return <Card title={t(x.passkeys)}>
		<p class="faint">{t(x.passkeysText)}</p>
		{items && items.length > 0 ? <Table caption={t(x.passkeys)} columns={columns} rows={items}
			rowKey={(p) => p.id} /> : items && <p>{t(x.passkeyNone)}</p>}
		{!items && list.loading && <Loading lines={2} />}
		<ErrorBox problem={list.problem} retry={list.reload} />
		{!me.has_password ? null : passkeysWork() ? <div class="row"><Button
			onClick={() => setOpen('add')}>{t(x.passkeyAdd)}</Button></div> :
			<p>{t(x.passkeyImpossible)}</p>}
		{open === 'add' && <Add onClose={() => setOpen(undefined)}
			onDone={() => done(t(x.passkeyAdded))} />}
		{open && open !== 'add' && <Confirm title={t(x.passkeyRemove, {name: open.name})}
			confirm={t(common.remove)} onClose={() => setOpen(undefined)} onConfirm={async () => {
				await take(api.DELETE('/api/v1/me/passkeys/{passkey}',
					{params: {path: {passkey: open.id}}}));
				done(t(x.passkeyRemoved));
			}}><p>{t(x.passkeyRemoveText)}</p></Confirm>}
	</Card>;
}
