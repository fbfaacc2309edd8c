// Making a certificate authority.
import {useState} from 'preact/hooks';
import {api, take, type Schemas} from '../../api/client';
import {useAction, useOnce} from '../../hooks';
import {useI18n} from '../../i18n';
import {Dialog} from '../../ui/dialog';
import {Form, SelectField, TextField} from '../../ui/form';
import {common} from '../../ui/texts';
import {texts as x} from './texts';
import {emptySpec, UpstreamFields} from './upstream';

type Ca = Schemas['Ca'];
type Wish = Schemas['CaRequest'];

const kinds = ['root', 'issuing', 'upstream'] as const;

export function MakeCa({account, cas, onClose, onDone}: {account: string; cas: readonly Ca[];
		onClose: () => void; onDone: (ca: Ca) => void}) {
	const {t} = useI18n();
	const roots = cas.filter((c) => c.kind === 'root' && c.state === 'active');
	const [kind, setKind] = useState<Wish['kind']>(roots.length > 0 ? 'issuing' : 'root');
	const [name, setName] = useState('');
	const [parent, setParent] = useState(roots[0]?.id ?? '');
	const [keyType, setKeyType] = useState<'p256' | 'p384'>('p256');
	const [hsm, setHsm] = useState('');
	const [organization, setOrganization] = useState('');
	const [upstream, setUpstream] = useState(emptySpec);
	const keyOf = useOnce();
	const make = useAction(async () => {
		const body: Wish = kind === 'upstream' ? {name: name.trim(), kind, upstream} :
			{name: name.trim(), kind, key_type: keyType};
		if (kind === 'issuing' && parent)
			body.parent = parent;
		if (kind !== 'upstream' && hsm.trim())
			body.hsm = hsm.trim();
		if (kind !== 'upstream' && organization.trim())
			body.organization = organization.trim();
		onDone(await take(api.POST('/api/v1/accounts/{account}/cas',
			{params: {path: {account}, header: keyOf(body)}, body})));
	});
	return <Dialog title={t(x.make)} onClose={onClose}>
		<Form action={make} submit={t(x.makeIt)} onSubmit={() => void make.run()}>
			<SelectField label={t(x.kind)} value={kind} onValue={(v) => setKind(kinds.find((k) => k === v) ?? 'root')}
				choices={kinds.map((k) => ({value: k, label: t(x[k])}))} />
			<TextField label={t(common.name)} hint={t(x.nameHint)} maxlength={64} autocomplete="off"
				value={name} onValue={setName} />
			{kind === 'issuing' && <SelectField label={t(x.parent)} value={parent} onValue={setParent}
				choices={[...roots.map((c) => ({value: c.id, label: c.name})),
					{value: '', label: t(x.elsewhere)}]} />}
			{kind === 'upstream' ? <UpstreamFields value={upstream} onValue={setUpstream} /> : <>
				<TextField label={t(x.organization)} maxlength={64} optional value={organization}
					onValue={setOrganization} />
				<SelectField label={t(x.keyType)} value={keyType}
					onValue={(v) => setKeyType(v === 'p384' ? 'p384' : 'p256')}
					choices={[{value: 'p256', label: 'P-256'}, {value: 'p384', label: 'P-384'}]} />
				<TextField label={t(x.hsm)} hint={t(x.hsmHint)} maxlength={64} optional autocomplete="off"
					value={hsm} onValue={setHsm} />
			</>}
		</Form>
	</Dialog>;
}
