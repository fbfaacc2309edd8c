// The kinds of product clouds, in words.
import type {Schemas} from '../../api/client';
import type {Text} from '../../i18n';
import {texts as x} from './texts';

export type Kind = 'aws' | 'azure' | 'other' | 'gate';
export const kinds: readonly Kind[] = ['gate', 'aws', 'azure', 'other'];

export const kindName: Record<Kind, Text> = {aws: x.kindAws, azure: x.kindAzure,
	other: x.kindOther, gate: x.kindGate};
export const kindAbout: Record<Kind, Text> = {aws: x.aboutAws, azure: x.aboutAzure,
	other: x.aboutOther, gate: x.aboutGate};

export function kindOf(c: Schemas['Cloud']): Kind {
	return c.type === 'gate' ? 'gate' : c.form ?? 'other';
}
