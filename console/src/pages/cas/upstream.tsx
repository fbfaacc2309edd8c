// The fields of an authority that stands in front of another one, and what was
// asked of that one.
import {api, take, type Schemas} from '../../api/client';
import {useList} from '../../hooks';
import {useI18n, type Text} from '../../i18n';
import {Badge, Time, type Tone} from '../../ui/bits';
import {AreaField, SelectField, TextField} from '../../ui/form';
import {Empty} from '../../ui/state';
import {ListTable, type Column} from '../../ui/table';
import {texts as x} from './texts';

export type Spec = Schemas['UpstreamSpec'];
type Request = Schemas['UpstreamRequest'];

export const emptySpec: Spec = {protocol: 'est', url: '', ca_certificates: ''};

export function UpstreamFields({value: v, onValue}: {value: Spec; onValue: (v: Spec) => void}) {
	const {t} = useI18n();
	const est = v.protocol === 'est';
	return <>
		<SelectField label={t(x.protocol)} value={v.protocol} choices={[
			{value: 'est', label: 'EST (RFC 7030)'}, {value: 'cmp', label: 'CMP (RFC 9483)'}]}
			onValue={(p) => onValue({protocol: p === 'cmp' ? 'cmp' : 'est', url: v.url,
				ca_certificates: v.ca_certificates})} />
		<TextField label={t(x.address)} hint={t(x.addressHint)} type="url" maxlength={512} value={v.url}
			onValue={(url) => onValue({...v, url})} />
		<TextField label={t(est ? x.userName : x.reference)} autocomplete="off" maxlength={128}
			value={(est ? v.username : v.reference) ?? ''}
			onValue={(name) => onValue({...v, ...est ? {username: name} : {reference: name}})} />
		<TextField label={t(est ? x.passwordOf : x.secret)} hint={t(x.sealed)} type="password"
			autocomplete="new-password" value={(est ? v.password : v.secret) ?? ''}
			onValue={(secret) => onValue({...v, ...est ? {password: secret} : {secret}})} />
		<AreaField label={t(x.upstreamCas)} hint={t(x.upstreamCasHint)} value={v.ca_certificates}
			onValue={(text) => onValue({...v, ca_certificates: text})} />
	</>;
}

const states: Record<Request['state'], readonly [Tone, Text]> = {
	waiting: ['busy', x.requestWaiting], issued: ['good', x.requestIssued],
	refused: ['bad', x.requestRefused]};

export function Requests({account, ca}: {account: string; ca: string}) {
	const {t} = useI18n();
	const list = useList((cursor, signal) => take(api.GET('/api/v1/accounts/{account}/cas/{ca}/requests',
		{params: {path: {account, ca}, query: {limit: 100, ...cursor && {cursor}}}, signal})), [account, ca]);
	const columns: Column<Request>[] = [
		{key: 'device', title: t(x.device), main: true, cell: (r) =>
			<a href={`/console/a/${account}/devices/${r.device}`}>{r.chip}</a>},
		{key: 'state', title: t(x.state), cell: (r) =>
			<Badge tone={states[r.state][0]}>{t(states[r.state][1])}</Badge>},
		{key: 'said', title: t(x.said), cell: (r) => r.error ?? '–'},
		{key: 'asked', title: t(x.askedAt), cell: (r) => <Time at={r.created_at} />},
	];
	return <ListTable caption={t(x.requests)} columns={columns} rowKey={(r) => r.id} list={list}
		empty={<Empty title={t(x.noRequests)} />} />;
}
