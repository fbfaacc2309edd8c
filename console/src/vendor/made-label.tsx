// The only copy of a label whose claim code was made in this browser.
import {useEffect} from 'preact/hooks';
import {useI18n} from '../i18n';
import {Card, Id} from '../ui/bits';
import {Button, LinkButton} from '../ui/button';
import {Notice} from '../ui/state';
import {toPrint} from './handoff';
import {texts as x} from './texts';

export function MadeLabel({label, vendor, onKept}: {label: string; vendor: string;
		onKept: () => void}) {
	const {t} = useI18n();
	useEffect(() => {
		const ask = (e: BeforeUnloadEvent) => e.preventDefault();
		addEventListener('beforeunload', ask);
		return () => removeEventListener('beforeunload', ask);
	}, []);
	return <Card title={t(x.label)}>
		<Notice kind="warn">{t(x.madeClaim)}</Notice>
		<p><Id text={label} copy /></p>
		<div class="row">
			<LinkButton kind="primary" href={`/console/v/${vendor}/labels`}
				onClick={() => toPrint(label)}>{t(x.printLabel)}</LinkButton>
			<Button onClick={onKept}>{t(x.kept)}</Button>
		</div>
	</Card>;
}
