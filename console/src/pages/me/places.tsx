// The reader's accounts and vendors, and making a new account.
import {useEffect, useState} from 'preact/hooks';
import {useLocation} from 'preact-iso';
import {api, take} from '../../api/client';
import {homeOf} from '../../frame';
import {useAction, useOnce} from '../../hooks';
import {useI18n} from '../../i18n';
import {useMe, useSession, type Membership} from '../../session';
import {Card} from '../../ui/bits';
import {Button} from '../../ui/button';
import {Dialog} from '../../ui/dialog';
import {Form, TextField} from '../../ui/form';
import {Table, type Column} from '../../ui/table';
import {common, roles} from '../../ui/texts';
import {texts as x} from './texts';

const hash = '#new-account';

function NewAccount({onClose}: {onClose: () => void}) {
	const {t} = useI18n();
	const {route} = useLocation();
	const {reload} = useSession();
	const [name, setName] = useState('');
	const keyOf = useOnce();
	const make = useAction(async () => {
		const body = {name: name.trim()};
		const made = await take(api.POST('/api/v1/accounts', {params: {header: keyOf(body)}, body}));
		await reload();
		route(homeOf({scope: 'account', id: made.id}));
	});
	return <Dialog title={t(x.newAccount)} onClose={onClose}>
		<Form action={make} submit={t(x.make)} onSubmit={() => void make.run()}>
			<p>{t(x.newAccountText)}</p>
			<TextField label={t(x.accountName)} autocomplete="organization" maxlength={100}
				value={name} onValue={setName} />
		</Form>
	</Dialog>;
}

export function Places() {
	const {t} = useI18n();
	const me = useMe();
	const {url} = useLocation();
	const [open, setOpen] = useState(location.hash === hash);
	// Links to it from this page and from others.
	useEffect(() => {
		const look = () => {
			if (location.hash === hash)
				setOpen(true);
		};
		look();
		addEventListener('hashchange', look);
		return () => removeEventListener('hashchange', look);
	}, [url]);
	const close = () => {
		setOpen(false);
		history.replaceState(null, '', location.pathname);
	};
	const home = (m: Membership) => homeOf(m.scope === 'service' ? {scope: 'service'} :
		{scope: m.scope, id: m.id ?? ''});
	const columns: Column<Membership>[] = [
		{key: 'name', title: t(common.name), main: true, cell: (m) =>
			<a href={home(m)}>{m.scope === 'service' ? t(x.service) : m.name}</a>},
		{key: 'role', title: t(common.role), cell: (m) => t(roles[m.role])},
	];
	return <Card title={t(x.places)} actions={<Button size="small"
		onClick={() => setOpen(true)}>{t(x.newAccount)}</Button>}>
		{me.memberships.length === 0 ? <p>{t(x.noPlaces)}</p> : <Table caption={t(x.places)}
			columns={columns} rows={me.memberships} rowKey={home} />}
		{open && <NewAccount onClose={close} />}
	</Card>;
}
