// Certificates that were issued, with what may be done to each; of an
// authority, of a device, or of the whole account.
import {useState} from 'preact/hooks';
import {api, take, type Schemas} from '../../api/client';
import {useAction, useList} from '../../hooks';
import {useI18n, type Text} from '../../i18n';
import {Badge, Time, type Tone} from '../../ui/bits';
import {Button} from '../../ui/button';
import {Dialog} from '../../ui/dialog';
import {Form, SelectField} from '../../ui/form';
import {Empty} from '../../ui/state';
import {ListTable, type Column} from '../../ui/table';
import {common} from '../../ui/texts';
import {useToast} from '../../ui/toast';
import {reasons, texts as x} from './texts';

type Certificate = Schemas['Certificate'];
type Reason = Schemas['Revocation']['reason'];

const states: Record<Certificate['state'], readonly [Tone, Text]> = {
	valid: ['good', x.valid], held: ['warn', x.held], revoked: ['bad', x.revoked],
	expired: ['quiet', x.expired]};
const offered: readonly Reason[] = ['certificateHold', 'keyCompromise', 'cessationOfOperation',
	'superseded', 'affiliationChanged', 'privilegeWithdrawn', 'unspecified'];

const nameOf = (c: Certificate) => c.chip_id ?? c.subject;

function Revoke({account, certificate, onClose, onDone}: {account: string; certificate: Certificate;
		onClose: () => void; onDone: (text: string) => void}) {
	const {t} = useI18n();
	const [reason, setReason] = useState<Reason>('certificateHold');
	const path = {account, certificate: certificate.id};
	const held = certificate.state === 'held';
	const change = useAction(async () => {
		if (held)
			await take(api.POST('/api/v1/accounts/{account}/certificates/{certificate}/reactivate',
				{params: {path}}));
		else
			await take(api.POST('/api/v1/accounts/{account}/certificates/{certificate}/revoke',
				{params: {path}, body: {reason}}));
		onDone(t(held ? x.isBack : x.isRevoked));
	});
	return <Dialog title={t(held ? x.reactivateOf : x.revokeOf, {name: nameOf(certificate)})} onClose={onClose}>
		<Form action={change} submit={t(held ? x.reactivate : x.revoke)} danger={!held}
			onSubmit={() => void change.run()}>
			{!held && <p>{t(x.revokeText)}</p>}
			{!held && <SelectField label={t(x.reason)} value={reason}
				choices={offered.map((r) => ({value: r, label: t(reasons[r])}))}
				onValue={(v) => setReason(offered.find((r) => r === v) ?? 'unspecified')} />}
		</Form>
	</Dialog>;
}

function State({of: c}: {of: Certificate}) {
	const {t} = useI18n();
	const [tone, text] = states[c.state];
	const reason = c.reason && c.reason in reasons ? reasons[c.reason as Reason] : undefined;
	return <span class="row"><Badge tone={tone}>{t(text)}</Badge>
		{c.state === 'revoked' && reason && <span class="faint">{t(reason)}</span>}</span>;
}

export function Certificates({account, admin, ca, device, state}: {account: string; admin: boolean;
		ca?: string; device?: string; state?: Certificate['state']}) {
	const {t} = useI18n();
	const toast = useToast();
	const [open, setOpen] = useState<Certificate>();
	const list = useList((cursor, signal) => take(api.GET('/api/v1/accounts/{account}/certificates',
		{params: {path: {account}, query: {limit: 100, ...ca && {ca}, ...device && {device},
			...state && {state}, ...cursor && {cursor}}}, signal})), [account, ca, device, state]);
	const columns: Column<Certificate>[] = [
		{key: 'subject', title: t(x.subject), main: true, cell: (c) => <code>{c.subject}</code>},
		{key: 'state', title: t(x.state), cell: (c) => <State of={c} />},
		{key: 'until', title: t(x.until), cell: (c) => <Time at={c.not_after} />},
	];
	// On a device's own page there is less room, and less to tell.
	if (!device) {
		columns.splice(1, 0, {key: 'device', title: t(x.device), cell: (c) => c.device ?
			<a href={`/console/a/${account}/devices/${c.device}`}>{c.chip_id ?? c.device.slice(0, 12)}</a> :
			t(x.server)});
		columns.push({key: 'issued', title: t(x.issuedAt), cell: (c) => <Time at={c.issued_at} />});
	}
	if (admin)
		columns.push({key: 'actions', title: t(common.actions), align: 'end', cell: (c) =>
			(c.state === 'valid' || c.state === 'held') && <Button size="small" kind="quiet"
				aria-label={t(c.state === 'held' ? x.reactivateOf : x.revokeOf, {name: nameOf(c)})}
				onClick={() => setOpen(c)}>{t(c.state === 'held' ? x.reactivate : x.revoke)}</Button>});
	return <>
		<ListTable caption={t(x.certificates)} columns={columns} rowKey={(c) => c.id} list={list}
			empty={<Empty title={t(x.noCertificates)}>{t(x.noCertificatesText)}</Empty>} />
		{open && <Revoke account={account} certificate={open} onClose={() => setOpen(undefined)}
			onDone={(text) => {
				setOpen(undefined);
				toast(text);
				list.reload();
			}} />}
	</>;
}
