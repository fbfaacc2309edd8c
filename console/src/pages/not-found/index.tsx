// An address that leads nowhere.
import {frameTexts as x} from '../../frame-texts';
import {useI18n} from '../../i18n';
import {PageHead} from '../../ui/bits';
import {Brand} from '../../ui/brand';
import {LinkButton} from '../../ui/button';

export function NotFound() {
	const {t} = useI18n();
	return <main class="plain"><Brand href="/console" />
		<div class="plain-card">
			<PageHead title={t(x.notFound)} sub={t(x.notFoundText)} />
			<LinkButton kind="primary" href="/console">{t(x.start)}</LinkButton>
		</div></main>;
}
