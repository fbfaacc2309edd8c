// One reel: scan, look, bind.
import {useEffect, useState} from 'preact/hooks';
import {Attempted, useAttempt} from '../../floor/attempt';
import {Waiting} from '../../floor/head';
import {Intake} from '../../floor/intake';
import {parseLabel, type Label} from '../../floor/label';
import type {Queue, View} from '../../floor/queue';
import {SetupFields, useSetup, type Place} from '../../floor/setup';
import {signal} from '../../floor/signal';
import {floorTexts} from '../../floor/texts';
import {TypedLabel} from '../../floor/typed';
import {useI18n} from '../../i18n';
import {Button} from '../../ui/button';
import {Notice} from '../../ui/state';
import {useToast} from '../../ui/toast';
import {texts as x} from './texts';

export const isLabel = (text: string) => parseLabel(text).ok;

export function bidOf(text: string): string {
	const p = parseLabel(text);
	return p.ok ? p.label.bid : text;
}

export function OneReel({place, queue, view, onBare}: {
		place: Place; queue: Queue; view: View; onBare: (bare: boolean) => void}) {
	const {t} = useI18n();
	const toast = useToast();
	const setup = useSetup(place);
	const [label, setLabel] = useState<Label>();
	const attempt = useAttempt(view, null);
	const {entry, kind} = attempt;
	const answered = entry !== undefined && kind !== undefined;
	useEffect(() => onBare(answered), [answered]);
	const next = () => {
		if (entry && entry.state !== 'waiting')
			queue.drop(entry.key);
		attempt.start(null);
		setLabel(undefined);
	};
	const bind = () => {
		if (!label)
			return;
		const made = queue.add({label, product: setup.product, cloud: setup.cloud?.id ?? null,
			shift: false});
		if (made)
			attempt.start(made.key);
		else
			toast(t(floorTexts.full));
	};
	if (entry && kind)
		return <Attempted entry={entry} kind={kind} place={place} queue={queue} again={next}
			next={<Button kind="primary" size="big" onClick={next}>{t(floorTexts.scanNext)}</Button>} />;
	if (!label)
		return <>
			<Waiting queue={queue} view={view} />
			<Intake on many={false} counts={isLabel} name={bidOf} notIt={t(floorTexts.notLabel)}
				onText={(text) => {
					const p = parseLabel(text);
					if (!p.ok)
						return;
					signal('read');
					setLabel(p.label);
				}}
				typing={<TypedLabel submit={t(x.take)} onLabel={(l) => {
					setLabel(l);
					return true;
				}} />} />
		</>;
	return <>
		<Waiting queue={queue} view={view} />
		<div class="reel" role="status">
			<span class="reel-name">{t(floorTexts.typedLabel)}</span>
			<span class="reel-bid">{label.bid}</span>
		</div>
		{label.code === null && <Notice kind="warn">{t(x.noCode)}</Notice>}
		<SetupFields setup={setup} admin={place.admin} />
		<div class="floor-foot">
			<Button size="big" onClick={next} disabled={attempt.busy}>{t(x.other)}</Button>
			<Button kind="primary" size="big" autoFocus busy={attempt.busy || (setup.loading && !setup.presets)}
				onClick={bind}>{t(x.bind)}</Button>
		</div>
	</>;
}
