// A page that is loaded when it is first shown; what stands around it stays.
import type {FunctionComponent} from 'preact';
import {useEffect, useState} from 'preact/hooks';
import {Problem} from './api/client';
import {ErrorBox, Loading} from './ui/state';

export type Load = () => Promise<{default: FunctionComponent}>;

const reloadedKey = 'reloaded';

export function lazyPage(load: Load): FunctionComponent {
	let Page: FunctionComponent | undefined;
	return function LazyPage() {
		const [, setArrived] = useState(false);
		const [problem, setProblem] = useState<Problem>();
		useEffect(() => {
			if (Page)
				return;
			load().then((module) => {
				Page = module.default;
				sessionStorage.removeItem(reloadedKey);
				setArrived(true);
			}, (e: unknown) => {
				// A page of an older build is gone: the new one is a reload away.
				if (sessionStorage.getItem(reloadedKey)) {
					setProblem(new Problem('offline', String(e)));
					return;
				}
				sessionStorage.setItem(reloadedKey, 'yes');
				location.reload();
			});
		}, []);
		if (Page)
			return <Page />;
		return problem ? <ErrorBox problem={problem} retry={() => location.reload()} /> : <Loading />;
	};
}
