// The start: leads everybody to where they work.
import {useEffect} from 'preact/hooks';
import {useLocation} from 'preact-iso';
import {homeOf, startOf} from '../../frame';
import {frameTexts as x} from '../../frame-texts';
import {useI18n} from '../../i18n';
import {roleIn, useMe} from '../../session';
import {LinkButton} from '../../ui/button';
import {Empty, Loading} from '../../ui/state';

export default function Home() {
	const {t} = useI18n();
	const me = useMe();
	const {route} = useLocation();
	const start = startOf(me);
	useEffect(() => {
		if (start.scope === 'none')
			return;
		// Who may only bind starts where reels are bound.
		if (start.scope === 'account' && roleIn(me, 'account', start.id) === 'operator')
			location.replace(`/scan?account=${start.id}`);
		else
			route(homeOf(start), true);
	}, []);
	if (start.scope !== 'none')
		return <Loading />;
	return <Empty title={t(x.noPart)} action={<LinkButton kind="primary"
		href="/console/me#new-account">{t(x.makeAccount)}</LinkButton>}>{t(x.noPartText)}</Empty>;
}
