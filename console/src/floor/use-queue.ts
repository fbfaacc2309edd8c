// A page's look at the queue of its reader in an account.
import {useEffect, useMemo, useState} from 'preact/hooks';
import {useMe} from '../session';
import {queueOf, type Queue, type View} from './queue';

export function useQueue(account: string): {queue: Queue; view: View} {
	const user = useMe().user.id;
	const queue = useMemo(() => queueOf(user, account), [user, account]);
	const [, again] = useState(0);
	useEffect(() => {
		again((n) => n + 1);
		return queue.subscribe(() => again((n) => n + 1));
	}, [queue]);
	return {queue, view: queue.view()};
}
