// An account, a vendor or the service: the same questions to the service at
// three addresses.
import {useRoute} from 'preact-iso';
import {api, take, type once, type Schemas} from '../api/client';
import {roleIn, useMe, type Role} from '../session';
import {accountRoles, vendorRoles} from './roles';

export type Scope =
	| {kind: 'account'; id: string}
	| {kind: 'vendor'; id: string}
	| {kind: 'service'; id: ''};
// One that has members, invitations and tokens.
export type Owner = Exclude<Scope, {kind: 'service'}>;

export function useScope(): Scope {
	const {account, vendor} = useRoute().params;
	return account ? {kind: 'account', id: account} : vendor ? {kind: 'vendor', id: vendor} :
		{kind: 'service', id: ''};
}

// May the reader manage people and tokens there?
export function useAdmin(scope: Scope): boolean {
	const role = roleIn(useMe(), scope.kind, scope.id || undefined);
	return role === 'administrator' || role === 'vendor-administrator' || role === 'service';
}

export const rolesOf = (scope: Owner): readonly Role[] =>
	scope.kind === 'account' ? accountRoles : vendorRoles;

// Of a wish, by useOnce: what is sent again is done once.
type Header = ReturnType<typeof once>;
type Cursor = string | undefined;
const query = (cursor: Cursor) => ({limit: 100, ...cursor && {cursor}});

// Each of these takes an owner first.
export const people = {
	members: (o: Owner, cursor: Cursor, signal: AbortSignal) => o.kind === 'account' ?
		take(api.GET('/api/v1/accounts/{account}/members',
			{params: {path: {account: o.id}, query: query(cursor)}, signal})) :
		take(api.GET('/api/v1/vendors/{vendor}/members',
			{params: {path: {vendor: o.id}, query: query(cursor)}, signal})),
	setRole: (o: Owner, user: string, role: Role) => o.kind === 'account' ?
		take(api.PATCH('/api/v1/accounts/{account}/members/{user}',
			{params: {path: {account: o.id, user}}, body: {role}})) :
		take(api.PATCH('/api/v1/vendors/{vendor}/members/{user}',
			{params: {path: {vendor: o.id, user}}, body: {role}})),
	remove: (o: Owner, user: string) => o.kind === 'account' ?
		take(api.DELETE('/api/v1/accounts/{account}/members/{user}',
			{params: {path: {account: o.id, user}}})) :
		take(api.DELETE('/api/v1/vendors/{vendor}/members/{user}',
			{params: {path: {vendor: o.id, user}}})),
	reset: (o: Owner, user: string, remove_factors: boolean, header: Header): Promise<Schemas['NewReset']> =>
		o.kind === 'account' ?
			take(api.POST('/api/v1/accounts/{account}/members/{user}/reset',
				{params: {path: {account: o.id, user}, header}, body: {remove_factors}})) :
			take(api.POST('/api/v1/vendors/{vendor}/members/{user}/reset',
				{params: {path: {vendor: o.id, user}, header}, body: {remove_factors}})),
	invitations: (o: Owner, cursor: Cursor, signal: AbortSignal) => o.kind === 'account' ?
		take(api.GET('/api/v1/accounts/{account}/invitations',
			{params: {path: {account: o.id}, query: query(cursor)}, signal})) :
		take(api.GET('/api/v1/vendors/{vendor}/invitations',
			{params: {path: {vendor: o.id}, query: query(cursor)}, signal})),
	invite: (o: Owner, email: string, role: Role, header: Header): Promise<Schemas['NewInvitation']> =>
		o.kind === 'account' ?
			take(api.POST('/api/v1/accounts/{account}/invitations',
				{params: {path: {account: o.id}, header}, body: {email, role}})) :
			take(api.POST('/api/v1/vendors/{vendor}/invitations',
				{params: {path: {vendor: o.id}, header}, body: {email, role}})),
	uninvite: (o: Owner, invitation: string) => o.kind === 'account' ?
		take(api.DELETE('/api/v1/accounts/{account}/invitations/{invitation}',
			{params: {path: {account: o.id, invitation}}})) :
		take(api.DELETE('/api/v1/vendors/{vendor}/invitations/{invitation}',
			{params: {path: {vendor: o.id, invitation}}})),
};

export const tokens = {
	list: (o: Owner, cursor: Cursor, signal: AbortSignal) => o.kind === 'account' ?
		take(api.GET('/api/v1/accounts/{account}/tokens',
			{params: {path: {account: o.id}, query: query(cursor)}, signal})) :
		take(api.GET('/api/v1/vendors/{vendor}/tokens',
			{params: {path: {vendor: o.id}, query: query(cursor)}, signal})),
	make: (o: Owner, body: Schemas['TokenWish'], header: Header): Promise<Schemas['NewToken']> =>
		o.kind === 'account' ?
			take(api.POST('/api/v1/accounts/{account}/tokens',
				{params: {path: {account: o.id}, header}, body})) :
			take(api.POST('/api/v1/vendors/{vendor}/tokens',
				{params: {path: {vendor: o.id}, header}, body})),
	revoke: (o: Owner, token: string) => o.kind === 'account' ?
		take(api.DELETE('/api/v1/accounts/{account}/tokens/{token}',
			{params: {path: {account: o.id, token}}})) :
		take(api.DELETE('/api/v1/vendors/{vendor}/tokens/{token}',
			{params: {path: {vendor: o.id, token}}})),
};
