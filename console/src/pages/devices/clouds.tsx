// What the clouds know of a device.
import type {Schemas} from '../../api/client';
import {useI18n, type Text} from '../../i18n';
import {Badge, type Tone} from '../../ui/bits';
import {texts as x} from './texts';

type Status = Schemas['DeviceCloud']['status'];

const look: Record<Status, {text: Text; tone: Tone}> = {
	provisioned: {text: x.cloudProvisioned, tone: 'good'},
	failed: {text: x.cloudFailed, tone: 'bad'},
	waiting: {text: x.cloudWaiting, tone: 'busy'},
};

export function DeviceClouds({clouds, names}: {clouds: readonly Schemas['DeviceCloud'][];
		names: ReadonlyMap<string, string>}) {
	const {t} = useI18n();
	if (clouds.length === 0)
		return <span class="faint">{t(x.noneTold)}</span>;
	return <span class="row">{clouds.map((c) => <Badge key={c.cloud} tone={look[c.status].tone}>
		{names.get(c.cloud) ?? t(x.removedCloud)}: {t(look[c.status].text)}</Badge>)}</span>;
}
