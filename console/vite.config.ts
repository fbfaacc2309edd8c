// How the console is built: everything below assets/ with hashed names, no
// inline scripts or styles, into build/console, which the service embeds.
import {defineConfig} from 'vite';

export default defineConfig({
	base: '/',
	esbuild: {jsx: 'automatic', jsxImportSource: 'preact'},
	build: {
		outDir: '../build/console',
		emptyOutDir: true,
		target: 'es2022',
		assetsInlineLimit: 0,
		modulePreload: {polyfill: false},
		sourcemap: false,
		reportCompressedSize: false,
		rollupOptions: {
			output: {
				entryFileNames: 'assets/[name]-[hash].js',
				chunkFileNames: 'assets/[name]-[hash].js',
				assetFileNames: 'assets/[name]-[hash][extname]',
			},
		},
	},
	worker: {
		format: 'es',
		rollupOptions: {output: {entryFileNames: 'assets/[name]-[hash].js'}},
	},
});
