// Every page, loaded when it is first shown.
// /scan is a document of its own, as it alone may run WebAssembly: links to
// and from it load the page anew.
import type {FunctionComponent} from 'preact';
import {lazyPage, type Load} from './lazy';

export interface PageRoute {
	path: string;
	open?: boolean; // also for who is not logged in
	bare?: boolean; // without the frame of navigation
	component: FunctionComponent;
}

const page = (path: string, load: Load, more: Partial<PageRoute> = {}): PageRoute =>
	({path, component: lazyPage(load), ...more});

export const routes: readonly PageRoute[] = [
	page('/', () => import('./pages/home')),
	page('/console', () => import('./pages/home')),
	// The factory floor
	page('/b/:bid', () => import('./pages/bind'), {bare: true}),
	page('/scan', () => import('./pages/scan'), {bare: true}),
	// Signing in
	page('/console/login', () => import('./pages/home')),
	page('/console/invite', () => import('./pages/invite'), {open: true, bare: true}),
	page('/console/reset', () => import('./pages/reset'), {open: true, bare: true}),
	page('/console/sso', () => import('./pages/sso'), {open: true, bare: true}),
	page('/console/me', () => import('./pages/me')),
	// An account
	page('/console/a/:account', () => import('./pages/overview')),
	page('/console/a/:account/batches', () => import('./pages/batches')),
	page('/console/a/:account/batches/:bid', () => import('./pages/batch')),
	page('/console/a/:account/devices', () => import('./pages/devices')),
	page('/console/a/:account/devices/:fingerprint', () => import('./pages/device')),
	page('/console/a/:account/clouds', () => import('./pages/clouds')),
	page('/console/a/:account/clouds/:cloud', () => import('./pages/cloud')),
	page('/console/a/:account/products', () => import('./pages/products')),
	page('/console/a/:account/products/:product', () => import('./pages/product')),
	page('/console/a/:account/claims', () => import('./pages/claims')),
	page('/console/a/:account/cas', () => import('./pages/cas')),
	page('/console/a/:account/cas/:ca', () => import('./pages/ca')),
	page('/console/a/:account/users', () => import('./pages/users')),
	page('/console/a/:account/tokens', () => import('./pages/tokens')),
	page('/console/a/:account/audit', () => import('./pages/audit')),
	page('/console/a/:account/settings', () => import('./pages/settings')),
	// A vendor
	page('/console/v/:vendor', () => import('./pages/vendor')),
	page('/console/v/:vendor/uploads', () => import('./pages/uploads')),
	page('/console/v/:vendor/uploads/:upload', () => import('./pages/upload')),
	page('/console/v/:vendor/batches', () => import('./pages/vendor-batches')),
	page('/console/v/:vendor/batches/:bid', () => import('./pages/vendor-batch')),
	page('/console/v/:vendor/labels', () => import('./pages/labels')),
	page('/console/v/:vendor/users', () => import('./pages/users')),
	page('/console/v/:vendor/tokens', () => import('./pages/tokens')),
	page('/console/v/:vendor/audit', () => import('./pages/audit')),
	// The service
	page('/console/service', () => import('./pages/service')),
	page('/console/service/vendors/:vendor', () => import('./pages/service-vendor')),
	page('/console/service/users', () => import('./pages/service-users')),
	page('/console/service/audit', () => import('./pages/audit')),
];
