// SPDX-License-Identifier: LGPL-2.1-or-later

/* The source of the table: made anew when the filter changes, or something is new and the list is at its top. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { onEvent } from '../../api/events';
import { HistorySource, type Wanted } from './source';

const SETTLE = 2000;

export interface UseSource {
        source: HistorySource;
        /* Something came after the list was read. */
        fresh: boolean;
        refresh: () => void;
}

export function useSource(wanted: Wanted, hold: boolean): UseSource {
        const key = JSON.stringify(wanted);
        const [shown, setShown] = useState<{ key: string; source: HistorySource } | null>(null);
        const [fresh, setFresh] = useState(false);
        const [turn, setTurn] = useState(0);
        const first = useRef<HistorySource | null>(null);
        first.current ??= new HistorySource(wanted);

        useEffect(() => {
                const source = turn === 0 && !shown ? first.current! : new HistorySource(wanted);
                let left = false;
                setFresh(false);
                void source.start().then(() => !left && setShown({ key, source }));
                return () => {
                        left = true;
                };
        }, [key, turn]);
        useEffect(() => () => shown?.source.stop(), [shown]);

        useEffect(() => {
                let timer = 0;
                const changed = () => {
                        if (hold) {
                                setFresh(true);
                                return;
                        }
                        timer ||= window.setTimeout(() => {
                                timer = 0;
                                if (!document.hidden) setTurn((count) => count + 1);
                        }, SETTLE);
                };
                const stops = ['History.*', 'Bridge.Hello', 'Bridge.Online'].map((type) => onEvent(type, changed));
                return () => {
                        if (timer) setFresh(true);
                        clearTimeout(timer);
                        stops.forEach((stop) => stop());
                };
        }, [hold]);

        return {
                source: shown?.source ?? first.current,
                fresh,
                refresh: () => setTurn((count) => count + 1),
        };
}
