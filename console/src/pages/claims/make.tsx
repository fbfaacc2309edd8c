// Making a claim voucher, which is shown once.
import {useState} from 'preact/hooks';
import {api, take, type Schemas} from '../../api/client';
import {useAction, useOnce} from '../../hooks';
import {useI18n} from '../../i18n';
import {Once} from '../../people/once';
import {Dialog} from '../../ui/dialog';
import {AreaField, Form, SelectField, TextField} from '../../ui/form';
import {common} from '../../ui/texts';
import {named, type Refs} from '../batches/actions';
import {texts as x} from './texts';

const listed = (text: string) => text.split(/[\s,;]+/).filter((bid) => bid !== '');

export function MakeClaim({account, refs, onClose, onDone}: {account: string; refs: Refs;
		onClose: () => void; onDone: () => void}) {
	const {t, date} = useI18n();
	const [name, setName] = useState('');
	const [product, setProduct] = useState(refs.products[0]?.id ?? '');
	const [cloud, setCloud] = useState('');
	const [max, setMax] = useState('100');
	const [days, setDays] = useState('365');
	const [batches, setBatches] = useState('');
	const [made, setMade] = useState<Schemas['NewClaimVoucher']>();
	const keyOf = useOnce();
	const make = useAction(async () => {
		const body: Schemas['ClaimVoucherRequest'] = {name: name.trim(), product,
			cloud: cloud || null, max_devices: Number(max),
			expires_in_days: Number(days)};
		if (listed(batches).length > 0)
			body.batches = listed(batches);
		setMade(await take(api.POST('/api/v1/accounts/{account}/claim-vouchers',
			{params: {path: {account}, header: keyOf(body)}, body})));
		onDone();
	});
	if (made)
		return <Dialog title={t(x.made)} onClose={onClose}>
			<Once label={t(x.madeLabel)} secret={made.token} onClose={onClose}
				note={t(x.madeNote, {date: date(made.expires_at),
					product: refs.products.find((p) => p.id === product)?.name ?? ''})} />
		</Dialog>;
	return <Dialog title={t(x.make)} onClose={onClose}>
		<Form action={make} submit={t(x.makeIt)} onSubmit={() => void make.run()}>
			<TextField label={t(common.name)} hint={t(x.nameHint)} autocomplete="off" maxlength={100}
				value={name} onValue={setName} />
			<SelectField label={t(x.product)} value={product} onValue={setProduct}
				choices={named(refs.products)} />
			<SelectField label={t(x.cloud)} value={cloud} onValue={setCloud}
				choices={[{value: '', label: t(x.noCloud)}, ...named(refs.clouds)]} />
			<TextField label={t(x.max)} hint={t(x.maxHint)} type="number" min={1} max={1000000}
				inputMode="numeric" value={max} onValue={setMax} />
			<TextField label={t(x.days)} type="number" min={1} max={3660} inputMode="numeric"
				value={days} onValue={setDays} />
			<AreaField label={t(x.batches)} hint={t(x.batchesHint)} rows={3} optional
				value={batches} onValue={setBatches} />
		</Form>
	</Dialog>;
}
