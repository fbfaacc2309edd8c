// Who is logged in, and what they may: loaded once, kept in one context.
import {createContext, type ComponentChildren} from 'preact';
import {useCallback, useContext, useEffect, useMemo, useRef, useState} from 'preact/hooks';
import {api, asProblem, onSignedOut, Problem, setCsrf, take, type Schemas} from './api/client';

export type Me = Schemas['Me'];
export type Membership = Schemas['Membership'];
export type Role = Schemas['AnyRole'];

export type SessionState =
	| {kind: 'loading'}
	| {kind: 'out'}
	| {kind: 'failed'; problem: Problem}
	| {kind: 'in'; me: Me};

interface Session {
	state: SessionState;
	reload(): Promise<void>;
	signOut(everywhere?: boolean): Promise<void>;
}

const Context = createContext<Session | null>(null);

// Files, labels and answers that pages keep end with the page.
function forgetTab() {
	sessionStorage.clear();
	location.reload();
}

export function SessionProvider({children}: {children: ComponentChildren}) {
	const [state, setState] = useState<SessionState>({kind: 'loading'});
	const last = useRef('');
	const reload = useCallback(async () => {
		try {
			const me = await take(api.GET('/api/v1/me'));
			// What this tab still knows is another's.
			if (last.current && last.current !== me.user.id) {
				forgetTab();
				return;
			}
			last.current = me.user.id;
			setCsrf(me.csrf);
			setState({kind: 'in', me});
		} catch (e) {
			const problem = asProblem(e);
			setState(problem.status === 401 ? {kind: 'out'} :
				{kind: 'failed', problem});
		}
	}, []);
	const signOut = useCallback(async (everywhere = false) => {
		await take(everywhere ? api.DELETE('/api/v1/sessions') :
			api.DELETE('/api/v1/sessions/{session}',
				{params: {path: {session: 'current'}}}));
		forgetTab();
	}, []);
	useEffect(() => {
		void reload();
		return onSignedOut(() => {
			setCsrf(null);
			setState({kind: 'out'});
		});
	}, [reload]);
	const value = useMemo(() => ({state, reload, signOut}),
		[state, reload, signOut]);
	return <Context.Provider value={value}>{children}</Context.Provider>;
}

export function useSession(): Session {
	const value = useContext(Context);
	if (!value)
		throw new Error('SessionProvider is missing');
	return value;
}

// For pages behind the login.
export function useMe(): Me {
	const {state} = useSession();
	if (state.kind !== 'in')
		throw new Error('nobody is logged in');
	return state.me;
}

// The role in an account or vendor, or null; with no id, of the service.
export function roleIn(me: Me, scope: Membership['scope'], id?: string): Role | null {
	return me.memberships.find((m) => m.scope === scope &&
		(scope === 'service' || m.id === id))?.role ?? null;
}

export function mayIn(me: Me, account: string, ...roles: Role[]): boolean {
	const role = roleIn(me, 'account', account);
	return role !== null && roles.includes(role);
}
