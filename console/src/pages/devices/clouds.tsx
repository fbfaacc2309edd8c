// What the clouds know of a device.
import type {Schemas} from '../../api/client';
import {useI18n, type Text} from '../../i18n';
import {Badge, Card, type Tone} from '../../ui/bits';
import {texts as x} from './texts';

type Status = Schemas['DeviceCloud']['status'];

const look: Record<Status, {text: Text; tone: Tone}> = {
	provisioned: {text: x.cloudProvisioned, tone: 'good'},
	failed: {text: x.cloudFailed, tone: 'bad'},
	waiting: {text: x.cloudWaiting, tone: 'busy'},
	conflict: {text: x.cloudConflict, tone: 'warn'},
	suspended: {text: x.cloudSuspended, tone: 'warn'},
	removed: {text: x.cloudRemoved, tone: 'quiet'},
};

export function DeviceClouds({clouds, names}: {clouds: readonly Schemas['DeviceCloud'][];
		names: ReadonlyMap<string, string>}) {
	const {t} = useI18n();
	if (clouds.length === 0)
		return <span class="faint">{t(x.noneTold)}</span>;
	return <span class="row">{clouds.map((c) => <Badge key={c.cloud} tone={look[c.status].tone}>
		{names.get(c.cloud) ?? t(x.removedCloud)}: {t(look[c.status].text)}</Badge>)}</span>;
}

// With the way to each, and its words where it did not take the device.
export function CloudStates({account, clouds, names}: {account: string;
		clouds: readonly Schemas['DeviceCloud'][]; names: ReadonlyMap<string, string>}) {
	const {t} = useI18n();
	return <Card title={t(x.inClouds)}>
		{clouds.length === 0 && <p class="faint">{t(x.noneTold)}</p>}
		{clouds.length > 0 && <ul class="cloud-states">{clouds.map((c) => <li key={c.cloud}>
			<span class="row">{names.has(c.cloud) ?
				<a href={`/console/a/${account}/clouds/${c.cloud}`}>{names.get(c.cloud)}</a> : t(x.removedCloud)}
			<Badge tone={look[c.status].tone}>{t(look[c.status].text)}</Badge></span>
			{c.message && <p class="cloud-words">{c.message}</p>}
			{c.status === 'conflict' && <p class="faint">{t(x.conflictDo)}</p>}
		</li>)}</ul>}
	</Card>;
}
