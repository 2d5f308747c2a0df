package engine

func (e *Engine) addBigQueryBuiltins() {}
