package com.services.runtime;

/** The logger under the name of this package. */
public interface RuntimeLogger extends com.huawei.services.runtime.RuntimeLogger {}
