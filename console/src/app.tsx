// Puts providers, frame and pages together; decides who sees the login.
import {LocationProvider, Route, Router} from 'preact-iso';
import {I18nProvider} from './i18n';
import {Frame} from './frame';
import {Login} from './pages/login';
import {routes, type PageRoute} from './routes';
import {SessionProvider, useSession} from './session';
import {ErrorBox, Loading} from './ui/state';
import {ToastProvider} from './ui/toast';
import {NotFound} from './pages/not-found';

function Shown({page}: {page: PageRoute}) {
	const {state, reload} = useSession();
	const Page = page.component;
	if (page.open)
		return <Page />;
	if (state.kind === 'loading')
		return <main class="plain"><Loading /></main>;
	if (state.kind === 'failed')
		return <main class="plain"><ErrorBox problem={state.problem} retry={() => void reload()} /></main>;
	// At the same address, so that a label's fragment is still there after it.
	if (state.kind === 'out')
		return <Login />;
	return page.bare ? <Page /> : <Frame><Page /></Frame>;
}

// Made once: a component made anew at each render would lose its state.
const shown = routes.map((page) => ({path: page.path,
	component: () => <Shown page={page} />}));

function Pages() {
	return <Router>
		{shown.map((r) => <Route key={r.path} path={r.path} component={r.component} />)}
		<Route default component={NotFound} />
	</Router>;
}

export function App() {
	return <I18nProvider><LocationProvider scope={/^\/(console|b)(\/|$)|^\/$/}>
		<SessionProvider><ToastProvider><Pages /></ToastProvider></SessionProvider>
	</LocationProvider></I18nProvider>;
}

