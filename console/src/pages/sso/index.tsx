// Back from the provider: waits for what the service learns from it, then goes
// where the login began.
import {useEffect, useState} from 'preact/hooks';
import {useLocation} from 'preact-iso';
import {api, asProblem, Problem, setCsrf} from '../../api/client';
import {useI18n} from '../../i18n';
import {useSaid} from '../../people/faults';
import {Plain} from '../../people/plain';
import {takeInvitation} from '../../people/sso';
import {texts as px} from '../../people/texts';
import {useSession} from '../../session';
import {PageHead} from '../../ui/bits';
import {LinkButton} from '../../ui/button';
import {ErrorBox, Loading, Notice} from '../../ui/state';
import {texts as x} from './texts';

const slow_ms = 20000;

// A path of this service; anything else leads to the start.
function nextOf(search: string): string {
	const next = new URLSearchParams(search).get('next') ?? '';
	return /^\/(?![/\\])[\x21-\x7e]*$/.test(next) && !next.startsWith('/console/sso') ?
		next : '/console';
}

async function ask(invitation: string | undefined, signal: AbortSignal): Promise<string | null> {
	const {data, error, response} = await api.POST('/api/v1/sessions/sso',
		{body: {cookie: true, ...invitation ? {invitation} : {}}, signal});
	if (response.status === 202)
		return null;
	if (!response.ok || !data)
		throw new Problem(error?.code ?? 'unreadable', error?.detail ?? '', response.status,
			error?.retry_after_s ?? 0);
	return data.csrf ?? '';
}

export default function Sso() {
	const {t} = useI18n();
	const said = useSaid();
	const {reload} = useSession();
	const {route} = useLocation();
	const [problem, setProblem] = useState<Problem | undefined>(() => {
		// Never words that somebody has put into an address.
		const slug = new URLSearchParams(location.search).get('error');
		return slug ? new Problem(/^sso-[a-z-]{1,30}$/.test(slug) ? slug : 'sso-refused', '') :
			undefined;
	});
	const [slow, setSlow] = useState(false);
	useEffect(() => {
		const invitation = takeInvitation();
		if (problem)
			return;
		const abort = new AbortController();
		const late = setTimeout(() => setSlow(true), slow_ms);
		const next = nextOf(location.search);
		const poll = async (): Promise<void> => {
			const csrf = await ask(invitation, abort.signal);
			if (csrf === null) {
				await new Promise((resolve) => setTimeout(resolve, 700));
				return abort.signal.aborted ? undefined : poll();
			}
			setCsrf(csrf);
			await reload();
			if (next.startsWith('/scan'))
				location.replace(next);
			else
				route(next, true);
		};
		poll().catch((e: unknown) => {
			if (!abort.signal.aborted)
				setProblem(asProblem(e));
		}).finally(() => clearTimeout(late));
		return () => {
			abort.abort();
			clearTimeout(late);
		};
	}, []);
	const again = <LinkButton kind="primary" href={nextOf(location.search)}>{t(px.toLogin)}</LinkButton>;
	if (problem)
		return <Plain><PageHead key="failed" title={t(x.failed)} />
			<ErrorBox problem={said(problem)} />{again}</Plain>;
	return <Plain><PageHead title={t(x.title)} sub={t(x.wait)} /><Loading lines={2} />
		{slow && <><Notice kind="warn">{t(x.slow)}</Notice>{again}</>}</Plain>;
}
