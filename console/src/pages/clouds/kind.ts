// The kinds of product clouds, in words; of kinds that this page does not
// know, what the service says of them.
import type {Schemas} from '../../api/client';
import {api, take} from '../../api/client';
import {useLoad, type Loaded} from '../../hooks';
import {useI18n, type Text} from '../../i18n';
import {kindTexts as k} from './kind-texts';

export type CloudKind = Schemas['CloudKind'];
export type Form = 'aws' | 'azure' | 'other';

// One choice when a cloud is added: the interop protocol has three forms.
export interface Kind {
	type: string;
	form?: Form;
	rules: CloudKind;
}

interface Known {
	name: Text;
	about: Text;
	docs?: readonly [says: Text, file: string]; // of the project
}

const known: Record<string, Known> = {
	'aws': {name: k.aws, about: k.awsAbout, docs: [k.templates, 'docs/clouds/aws.md']},
	'azure-hub': {name: k.hub, about: k.hubAbout, docs: [k.templates, 'docs/clouds/azure.md']},
	'azure-dps': {name: k.dps, about: k.dpsAbout, docs: [k.templates, 'docs/clouds/azure.md']},
	'webhook': {name: k.webhook, about: k.webhookAbout, docs: [k.document, 'docs/webhook.md']},
	'gate': {name: k.gate, about: k.gateAbout, docs: [k.document, 'docs/gate.md']},
	'interop aws': {name: k.interopAws, about: k.interopAwsAbout},
	'interop azure': {name: k.interopAzure, about: k.interopAzureAbout},
	'interop other': {name: k.interopOther, about: k.interopOtherAbout},
};
const order = Object.keys(known);

export const kindKey = (c: {type: string; form?: Form}) =>
	c.type === 'interop' ? `interop ${c.form ?? 'other'}` : c.type;

export function useKindWords() {
	const {t} = useI18n();
	return {
		name: (key: string, rules?: CloudKind) => {
			const words = known[key];
			return words ? t(words.name) : rules?.title ?? key;
		},
		about: (key: string) => known[key] ? t(known[key].about) : '',
		docs: (key: string) => known[key]?.docs,
	};
}

const forms: readonly Form[] = ['aws', 'azure', 'other'];

export function kindsOf(all: readonly CloudKind[]): Kind[] {
	const place = (kind: Kind) => (order.indexOf(kindKey(kind)) + order.length + 1) % (order.length + 1);
	return all.flatMap((rules): Kind[] => rules.type === 'interop' ?
		forms.map((form) => ({type: rules.type, form, rules})) : [{type: rules.type, rules}])
		.sort((a, b) => place(a) - place(b));
}

export function useKinds(account: string): Loaded<CloudKind[]> {
	return useLoad(async (signal) => (await take(api.GET('/api/v1/accounts/{account}/cloud-kinds',
		{params: {path: {account}}, signal}))).items, [account]);
}
