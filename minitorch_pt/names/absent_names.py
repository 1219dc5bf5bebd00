"""The public names of torch 2.13.0 that are not here, and why: made by parity_tests/absent.py."""

# what is said after 'minitorch_pt leaves out torch.fft: '
REASONS = {
    "fourier": "complex numbers are not offered; use numpy.fft on x.numpy()",
    "eigenvalues": "complex numbers are not offered; use torch.linalg.eigh if the matrix is symmetric, else numpy.linalg.eig on x.numpy()",
    "complex": "complex numbers are not offered; keep the real and the imaginary parts in two tensors, or compute with NumPy",
    "removed": "torch itself has removed it; use its namesake in torch.linalg: lstsq, eigh, solve, matrix_rank",
    "replaced": "torch itself has replaced it; use torch.nn.Module, torch.testing.assert_close, torch.linalg.vector_norm and matrix_norm, torch.utils.data.Dataset",
    "graphics card": "it runs on the CPU only; leave out what is meant for a GPU, or ask torch.cuda.is_available() first",
    "processes": "it trains in one process; leave out what starts or joins several, or train with PyTorch",
    "sparse": "sparse tensors are not offered; keep the tensor dense",
    "quantized": "quantized numbers are not offered; compute in torch.float32",
    "half": "of the half formats there is torch.float16 alone; use it, or torch.float32",
    "whole numbers": "it is no type that NumPy computes with as torch does; use torch.uint8, or a signed type from torch.int8 to torch.int64",
    "compiled": "code is not compiled, traced or exported; call the function or the model as it is",
    "C++": "nothing is compiled; write operations of your own in Python, as a torch.autograd.Function",
    "mixed precision": "there is no mixed precision; leave autocast and GradScaler out, and compute in torch.float32",
    "taken apart": "functions run as they are here, so there is nothing to take apart or to rewrite; leave it out, and use einops for rearrange",
    "nested": "tensors of unlike lengths are not offered; pad them with torch.nn.utils.rnn.pad_sequence, and mask what was added",
    "exchange": "models are kept as their numbers; use torch.save(model.state_dict()) and torch.load, and define the model in Python",
    "measure": "it does not measure itself; use time.perf_counter, timeit or cProfile",
    "memory": "a tensor is a dense NumPy array; x.numpy(), x.stride() and x.contiguous() show and order its memory",
    "copies": "it is a variant of a plain operation, for compilers; use the operation, and clone() where a copy is needed",
    "special": "Bessel functions and orthogonal polynomials are not offered; use scipy.special on x.numpy()",
    "distributions": "it is outside a course; what is here: dir(torch.distributions)",
    "pipes": "data pipes are not offered, and are no longer developed; use Dataset or IterableDataset with DataLoader",
    "yet": "it is not offered yet; build it from what is here, or run the program with PyTorch",
    "steps": "the steps of optimizers are methods of their classes; use torch.optim.SGD, Adam and the others",
    "private": "it is an inner part of PyTorch's; a program finds what it needs under PyTorch's documented names",
}

# module or class of torch's: the reasons, and the names that they hold for
ABSENT = {
    "torch": {
        "C++": """
            cpp library
        """,
        "compiled": """
            AggregationType AliasDb AnyType Argument ArgumentSpec AwaitType Block BoolType CallStack ClassType Code
            CompilationUnit CompleteArgumentSpec ComplexType ConcreteModuleType ConcreteModuleTypeBuilder DeviceObjType
            DictType EnumType ErrorReport ExecutionPlan FatalError FileCheck FloatType FunctionSchema FutureType Gradient
            Graph GraphExecutorState InferredType IntType InterfaceType JITException ListType LiteScriptModule Node NoneType
            NumberType OperatorInfo OptionalType PyObjectType ScriptClass ScriptClassFunction ScriptDict ScriptDictIterator
            ScriptDictKeyIterator ScriptFunction ScriptList ScriptListIterator ScriptMethod ScriptModule
            ScriptModuleSerializer ScriptObject ScriptObjectProperty StaticModule StreamObjType StringType SymBool
            SymBoolType SymFloat SymInt SymIntType TensorType TracingState TupleType Type UnionType Use Value _dynamo
            _export _inductor classes cond export fx import_ir_module import_ir_module_from_buffer
            merge_type_from_type_comment nativert parse_ir parse_schema parse_type_comment sym_constrain_range
            sym_constrain_range_for_size sym_float sym_fresh_size sym_int sym_ite sym_max sym_min sym_not sym_sqrt sym_sum
            unify_type_list while_loop
        """,
        "complex": """
            ComplexDoubleStorage ComplexFloatStorage complex conj_physical_ polar view_as_complex view_as_complex_copy
            view_as_real_copy
        """,
        "copies": """
            alias_copy as_strided_copy detach_copy diagonal_copy expand_copy i0_ permute_copy select_copy slice_copy
            slice_inverse split_copy split_with_sizes_copy squeeze_copy t_copy transpose_copy unbind_copy unfold_copy
            unsafe_chunk unsafe_split unsafe_split_with_sizes unsqueeze_copy view_copy
        """,
        "exchange": """
            hub package
        """,
        "fourier": """
            fft istft stft
        """,
        "graphics card": """
            AcceleratorError Event OutOfMemoryError Stream cpu cudnn_affine_grid_generator cudnn_batch_norm
            cudnn_convolution cudnn_convolution_add_relu cudnn_convolution_relu cudnn_convolution_transpose
            cudnn_grid_sampler cudnn_is_acceptable get_device_module is_vulkan_available miopen_batch_norm
            miopen_convolution miopen_convolution_add_relu miopen_convolution_relu miopen_convolution_transpose
            miopen_ctc_loss miopen_depthwise_convolution miopen_rnn mps mtia
            profiler_allow_cudagraph_cupti_lazy_reinit_cuda12 xpu
        """,
        "half": """
            BFloat16Storage BFloat16Tensor float4_e2m1fn_x2 float8_e4m3fnuz float8_e5m2fnuz float8_e8m0fnu
        """,
        "measure": """
            BenchmarkConfig BenchmarkExecutionStats ThroughputBenchmark
        """,
        "memory": """
            StorageBase from_file legacy_contiguous_format
        """,
        "mixed precision": """
            GradScaler autocast_decrement_nesting autocast_increment_nesting clear_autocast_cache get_autocast_cpu_dtype
            get_autocast_gpu_dtype get_autocast_ipu_dtype get_autocast_xla_dtype is_autocast_cache_enabled
            is_autocast_cpu_enabled is_autocast_ipu_enabled is_autocast_xla_enabled set_autocast_cache_enabled
            set_autocast_cpu_dtype set_autocast_cpu_enabled set_autocast_dtype set_autocast_enabled set_autocast_gpu_dtype
            set_autocast_ipu_dtype set_autocast_ipu_enabled set_autocast_xla_dtype set_autocast_xla_enabled
        """,
        "nested": """
            masked nested
        """,
        "private": """
            AVG BufferDict Capsule DeepCopyMemoTable DeserializationStorageContext DisableTorchFunction
            DisableTorchFunctionSubclass DispatchKey DispatchKeySet ExcludeDispatchKeyGuard IODescriptor LockingLogger
            LoggerBase ModuleDict NoopLogger ParameterDict PyTorchFileReader PyTorchFileWriter SUM
            SerializationStorageContext Tag _VF __future__ _appdirs _awaits _classes _compile _custom_op _custom_ops _decomp
            _dispatch _environment _functorch _guards _higher_order_ops _jit_internal _lazy _library _linalg_utils _lobpcg
            _logging _meta_registrations _native _numpy _opaque_base _ops _prims _prims_common _python_dispatcher _refs
            _size_docs _sources _storage_docs _streambase _strobelight _subclasses _tensor _tensor_docs _tensor_iterator
            _tensor_str _thread_safe_fork _torch_docs _utils _utils_internal _vendor _vmap_internals _weights_only_unpickler
            affine_grid_generator batch_norm_backward_elemt batch_norm_backward_reduce batch_norm_elemt
            batch_norm_gather_stats batch_norm_gather_stats_with_counts batch_norm_stats batch_norm_update_stats
            classproperty compiled_with_cxx11_abi contrib conv_tbc convolution embedding_bag get_file_path grid_sampler
            grid_sampler_2d grid_sampler_3d has_lapack has_mkl has_openmp has_spectral hash_tensor init_num_threads
            is_anomaly_check_nan_enabled mkldnn_adaptive_avg_pool2d mkldnn_convolution mkldnn_linear_backward_weights
            mkldnn_max_pool2d mkldnn_max_pool3d mkldnn_rnn_layer native_batch_norm native_channel_shuffle native_dropout
            native_group_norm native_layer_norm native_norm norm_except_dim set_anomaly_enabled set_flush_denormal
            thread_safe_generator types
        """,
        "processes": """
            Future RRefType fork monitor multiprocessing numa prepare_multiprocessing_environment wait
        """,
        "quantized": """
            QInt32Storage QInt8Storage QUInt2x4Storage QUInt4x2Storage QUInt8Storage ao choose_qparams_optimized dequantize
            empty_quantized fake_quantize_per_channel_affine fake_quantize_per_tensor_affine fbgemm_linear_fp16_weight
            fbgemm_linear_fp16_weight_fp32_activation fbgemm_linear_int8_weight fbgemm_linear_int8_weight_fp32_activation
            fbgemm_linear_quantize_weight fbgemm_pack_gemm_matrix_fp16 fbgemm_pack_quantized_matrix
            fused_moving_avg_obs_fake_quant int_repr per_channel_affine per_channel_affine_float_qparams
            per_channel_symmetric per_tensor_affine per_tensor_symmetric q_per_channel_axis q_per_channel_scales
            q_per_channel_zero_points q_scale q_zero_point qscheme quantization quantize_per_channel quantize_per_tensor
            quantize_per_tensor_dynamic quantized_batch_norm quantized_gru quantized_gru_cell quantized_lstm
            quantized_lstm_cell quantized_max_pool1d quantized_max_pool2d quantized_max_pool3d quantized_rnn_relu_cell
            quantized_rnn_tanh_cell quint2x4 quint4x2
        """,
        "removed": """
            eig lstsq matrix_rank solve symeig
        """,
        "replaced": """
            frobenius_norm nuclear_norm
        """,
        "sparse": """
            ccol_indices_copy col_indices_copy crow_indices_copy dsmm hsmm hspmm indices_copy resize_as_sparse_
            row_indices_copy saddmm smm sparse sparse_bsc_tensor sparse_bsr_tensor sparse_compressed_tensor
            sparse_coo_tensor sparse_csc_tensor sparse_csr_tensor spmm sspaddmm values_copy
        """,
        "whole numbers": """
            bit bits16 bits1x8 bits2x4 bits4x2 bits8 int1 int2 int3 int4 int5 int6 int7 uint1 uint2 uint3 uint4 uint5 uint6
            uint7
        """,
        "yet": """
            get_deterministic_debug_mode is_deterministic_algorithms_warn_only_enabled is_warn_always_enabled lobpcg
            quasirandom set_deterministic_debug_mode set_warn_always
        """,
    },
    "torch.Generator": {
        "graphics card": """
            get_offset graphsafe_get_state graphsafe_set_state set_offset
        """,
    },
    "torch.Tensor": {
        "complex": """
            cdouble cfloat chalf
        """,
        "copies": """
            slice_inverse unsafe_chunk unsafe_split unsafe_split_with_sizes
        """,
        "fourier": """
            istft stft
        """,
        "graphics card": """
            ipu mtia record_stream xpu
        """,
        "half": """
            bfloat16
        """,
        "memory": """
            const_data_ptr to_mkldnn
        """,
        "nested": """
            to_padded_tensor
        """,
        "private": """
            grad_dtype hash_tensor module_load reinforce
        """,
        "processes": """
            is_shared share_memory_
        """,
        "quantized": """
            dequantize int_repr q_per_channel_axis q_per_channel_scales q_per_channel_zero_points q_scale q_zero_point
            qscheme
        """,
        "removed": """
            eig lstsq solve symeig
        """,
        "replaced": """
            resize resize_as volatile
        """,
        "sparse": """
            ccol_indices coalesce col_indices crow_indices dense_dim indices is_coalesced resize_as_sparse_ row_indices smm
            sparse_dim sparse_mask sparse_resize_ sparse_resize_and_clear_ sspaddmm to_dense to_sparse to_sparse_bsc
            to_sparse_bsr to_sparse_coo to_sparse_csc to_sparse_csr values
        """,
        "yet": """
            as_subclass index name
        """,
    },
    "torch.accelerator": {
        "graphics card": """
            Graph current_device_idx current_device_index current_stream device_index empty_cache empty_host_cache
            get_device_capability get_memory_info graphs max_memory_allocated max_memory_reserved memory memory_allocated
            memory_reserved memory_stats reset_accumulated_memory_stats reset_peak_memory_stats set_device_idx
            set_device_index set_stream synchronize
        """,
    },
    "torch.amp.autocast_mode": {
        "mixed precision": """
            autocast_decorator
        """,
    },
    "torch.amp.grad_scaler": {
        "mixed precision": """
            OptState
        """,
    },
    "torch.autograd": {
        "private": """
            NestedIOFunction enforce_grad_layout_policy has_torch_function is_multithreading_enabled is_view_replay_enabled
            kineto_available set_multithreading_enabled
        """,
        "replaced": """
            profiler_legacy
        """,
    },
    "torch.autograd.function": {
        "private": """
            BackwardCFunction FunctionCtx FunctionMeta InplaceFunction NestedIOFunction
        """,
    },
    "torch.autograd.grad_mode": {
        "private": """
            enforce_grad_layout_policy set_multithreading_enabled
        """,
    },
    "torch.autograd.gradcheck": {
        "private": """
            GradcheckError get_analytical_jacobian get_numerical_jacobian get_numerical_jacobian_wrt_specific_input
        """,
    },
    "torch.autograd.graph": {
        "graphics card": """
            set_override_stale_capture_stream set_warn_on_accumulate_grad_stream_mismatch
        """,
        "yet": """
            allow_mutation_on_saved_tensors region_activation_memory_budget
        """,
    },
    "torch.autograd.profiler": {
        "measure": """
            EnforceUnique KinetoStepTracker MemRecordsAcc emit_itt emit_nvtx kineto_available load_nvprof parse_nvprof_trace
        """,
    },
    "torch.autograd.profiler_util": {
        "measure": """
            EventMetadata FormattedTimesMixin FunctionEventAvg Interval Kernel MemRecordsAcc StringTable
        """,
    },
    "torch.autograd.variable": {
        "private": """
            VariableMeta
        """,
    },
    "torch.backends": {
        "graphics card": """
            cpu cusparselt kleidiai mha miopen mkl mkldnn nnpack openmp opt_einsum python_native quantized xeon xnnpack
        """,
    },
    "torch.compiler": {
        "compiled": """
            CacheInfo config get_default_backend keep_portable_guards_unsafe keep_tensor_guards_unsafe load_cache_artifacts
            load_compiled_function nested_compile_region save_cache_artifacts set_default_backend
            set_enable_guard_collectives set_stance skip_all_guards_unsafe skip_guard_on_all_nn_modules_unsafe
            skip_guard_on_globals_unsafe skip_guard_on_inbuilt_nn_modules_unsafe substitute_in_graph wrap_numpy
        """,
    },
    "torch.cuda": {
        "complex": """
            ComplexDoubleStorage ComplexFloatStorage
        """,
        "graphics card": """
            BFloat16Storage BFloat16Tensor BoolStorage BoolTensor ByteStorage ByteTensor CUDAGraph CUDAPluggableAllocator
            CharStorage CharTensor CudaError DeferredCudaCallError DoubleStorage DoubleTensor Event ExternalStream
            FloatStorage FloatTensor GreenContext HalfStorage HalfTensor IntStorage IntTensor LongStorage LongTensor MemPool
            ShortStorage ShortTensor Stream StreamContext caching_allocator_alloc caching_allocator_delete
            caching_allocator_disabled caching_allocator_enable can_device_access_peer change_current_allocator check_error
            clock_rate comm cudaStatus cudart current_blas_handle current_solver_handle current_stream default_generators
            default_stream device device_memory_used device_of gds get_allocator_backend get_arch_list get_device_capability
            get_device_properties get_gencode_flags get_per_process_memory_fraction get_rng_state get_rng_state_all
            get_stream_from_external get_sync_debug_mode graph graph_pool_handle graphs green_contexts has_half has_magma
            host_memory_stats host_memory_stats_as_nested_dict init initial_seed ipc_collect is_current_stream_capturing
            is_tf32_supported jiterator list_gpu_processes make_graphed_callables max_memory_cached mem_get_info
            memory_cached memory_snapshot memory_stats memory_stats_as_nested_dict memory_summary memory_usage nccl nvtx
            power_draw profiler reset_accumulated_host_memory_stats reset_accumulated_memory_stats
            reset_max_memory_allocated reset_max_memory_cached reset_peak_host_memory_stats reset_peak_memory_stats seed
            seed_all set_device set_per_process_memory_fraction set_rng_state set_rng_state_all set_stream
            set_sync_debug_mode sparse stream streams temperature tunable use_mem_pool utilization
        """,
    },
    "torch.cuda.amp": {
        "graphics card": """
            amp_definitely_not_available common
        """,
    },
    "torch.cuda.memory": {
        "graphics card": """
            CUDAPluggableAllocator MemPool caching_allocator_alloc caching_allocator_delete caching_allocator_disabled
            caching_allocator_enable change_current_allocator get_allocator_backend get_per_process_memory_fraction
            host_memory_stats host_memory_stats_as_nested_dict list_gpu_processes max_memory_cached mem_get_info
            memory_cached memory_snapshot memory_stats memory_stats_as_nested_dict memory_summary
            reset_accumulated_host_memory_stats reset_accumulated_memory_stats reset_max_memory_allocated
            reset_max_memory_cached reset_peak_host_memory_stats reset_peak_memory_stats set_per_process_memory_fraction
            use_mem_pool
        """,
    },
    "torch.cuda.random": {
        "graphics card": """
            get_rng_state get_rng_state_all initial_seed seed seed_all set_rng_state set_rng_state_all
        """,
    },
    "torch.distributed": {
        "processes": """
            AllToAllOptions AllreduceCoalescedOptions AllreduceOptions Backend BackendConfig BarrierOptions BroadcastOptions
            DebugLevel DeviceMesh DistBackendError DistError DistNetworkError DistStoreError GatherOptions GroupMember
            GroupName P2POp PrefixStore ProcessGroup ProcessGroupGloo QueueEmptyError ReduceOp ReduceOptions
            ReduceScatterOptions ScatterOptions Store Work algorithms all_gather all_gather_coalesced all_gather_into_tensor
            all_gather_object all_gather_single all_reduce all_reduce_coalesced all_to_all all_to_all_single argparse_util
            autograd barrier batch_isend_irecv breakpoint broadcast broadcast_object_list c10d_logger checkpoint
            collective_utils config constants debug destroy_process_group device_mesh distributed_c10d elastic
            flight_recorder fsdp gather gather_object get_backend get_backend_config get_debug_level
            get_default_backend_for_device get_global_rank get_group_rank get_node_local_rank get_pg_count
            get_process_group_ranks get_rank get_world_size group init_device_mesh init_process_group irecv
            is_backend_available isend launch launcher logging_handlers monitored_barrier new_group new_subgroups
            new_subgroups_by_enumeration nn optim pipelining record_comm recv recv_object_list reduce reduce_op
            reduce_scatter reduce_scatter_single reduce_scatter_tensor register_rendezvous_handler remote_device rendezvous
            rpc run scatter scatter_object_list send send_object_list set_debug_level set_debug_level_from_env shrink_group
            split_group supports_complex tensor utils
        """,
    },
    "torch.distributions": {
        "distributions": """
            CatTransform ContinuousBernoulli CorrCholeskyTransform CumulativeDistributionTransform ExponentialFamily
            GeneralizedPareto LKJCholesky LowRankMultivariateNormal StackTransform VonMises Wishart continuous_bernoulli
            exp_family generalized_pareto lkj_cholesky lowrank_multivariate_normal von_mises wishart
        """,
    },
    "torch.distributions.constraints": {
        "distributions": """
            cat corr_cholesky stack
        """,
    },
    "torch.distributions.transforms": {
        "distributions": """
            CatTransform CorrCholeskyTransform CumulativeDistributionTransform StackTransform
        """,
    },
    "torch.distributions.utils": {
        "distributions": """
            tril_matrix_to_vec vec_to_tril_matrix
        """,
    },
    "torch.dtype": {
        "complex": """
            to_complex to_real
        """,
        "private": """
            abbr
        """,
    },
    "torch.func": {
        "taken apart": """
            debug_unwrap functionalize rearrange
        """,
    },
    "torch.functional": {
        "fourier": """
            istft stft
        """,
        "private": """
            has_torch_function has_torch_function_unary has_torch_function_variadic
        """,
        "yet": """
            pca_lowrank svd_lowrank
        """,
    },
    "torch.jit": {
        "compiled": """
            Attribute CompilationUnit Error Future ONNXTracedModule RecursiveScriptClass RecursiveScriptModule ScriptWarning
            TopLevelTracedModule TracedModule TracerWarning TracingCheckError enable_onednn_fusion export_opnames fork
            frontend fuser generate_bytecode isinstance jit_module_from_flatbuffer last_executed_optimized_graph mobile
            onednn_fusion_enabled optimized_execution quantized run_frozen_optimizations save_jit_module_to_flatbuffer
            set_fusion_strategy strict_fusion supported_ops unsupported_tensor_ops wait
        """,
    },
    "torch.linalg": {
        "eigenvalues": """
            eig eigvals
        """,
        "yet": """
            ldl_factor ldl_factor_ex ldl_solve
        """,
    },
    "torch.nn": {
        "C++": """
            cpp
        """,
        "private": """
            backends common_types factory_kwargs grad
        """,
        "processes": """
            SyncBatchNorm
        """,
        "quantized": """
            intrinsic qat quantizable quantized
        """,
        "replaced": """
            Container
        """,
        "yet": """
            CrossMapLRN2d LinearCrossEntropyOptions
        """,
    },
    "torch.nn.Module": {
        "graphics card": """
            ipu mtia xpu
        """,
        "half": """
            bfloat16
        """,
        "private": """
            T_destination call_super_init dump_patches
        """,
        "processes": """
            share_memory
        """,
        "yet": """
            to_empty
        """,
    },
    "torch.nn.attention": {
        "yet": """
            WARN_FOR_UNFUSED_KERNELS activate_flash_attention_impl bias current_flash_attention_impl experimental
            flex_attention list_flash_attention_impls register_flash_attention_impl restore_flash_attention_impl varlen
        """,
    },
    "torch.nn.functional": {
        "half": """
            ScalingType SwizzleType grouped_mm scaled_grouped_mm scaled_mm
        """,
        "private": """
            assert_int_or_pair conv_tbc has_torch_function has_torch_function_unary has_torch_function_variadic
            native_channel_shuffle
        """,
    },
    "torch.nn.modules": {
        "processes": """
            SyncBatchNorm
        """,
        "replaced": """
            Container
        """,
        "yet": """
            CrossMapLRN2d LinearCrossEntropyOptions linear_cross_entropy linear_cross_entropy_options
        """,
    },
    "torch.nn.modules.batchnorm": {
        "processes": """
            SyncBatchNorm
        """,
    },
    "torch.nn.modules.container": {
        "replaced": """
            Container
        """,
    },
    "torch.nn.modules.normalization": {
        "yet": """
            CrossMapLRN2d
        """,
    },
    "torch.nn.modules.rnn": {
        "private": """
            apply_permutation
        """,
    },
    "torch.nn.parallel": {
        "graphics card": """
            DistributedDataParallelCPU comm gather parallel_apply replicate scatter scatter_gather
        """,
    },
    "torch.nn.parameter": {
        "private": """
            UninitializedTensorMixin
        """,
    },
    "torch.nn.utils.parametrize": {
        "yet": """
            transfer_parametrizations_and_params
        """,
    },
    "torch.nn.utils.rnn": {
        "private": """
            PackedSequence_ bind
        """,
    },
    "torch.nn.utils.spectral_norm": {
        "private": """
            SpectralNormLoadStateDictPreHook SpectralNormStateDictHook
        """,
    },
    "torch.nn.utils.weight_norm": {
        "private": """
            norm_except_dim
        """,
    },
    "torch.onnx": {
        "compiled": """
            JitScalarType
        """,
        "exchange": """
            ExportableModule InputObserver ONNXProgram OnnxExporterError errors operators ops register_custom_op_symbolic
            select_model_mode_for_export symbolic_helper symbolic_opset10 symbolic_opset11 symbolic_opset12 symbolic_opset13
            symbolic_opset14 symbolic_opset15 symbolic_opset16 symbolic_opset17 symbolic_opset18 symbolic_opset19
            symbolic_opset20 symbolic_opset7 symbolic_opset8 symbolic_opset9 testing unregister_custom_op_symbolic utils
            verification
        """,
    },
    "torch.optim": {
        "private": """
            swap_in_optimizer_params_and_state
        """,
        "sparse": """
            SparseAdam sparse_adam
        """,
    },
    "torch.optim.adadelta": {
        "steps": """
            adadelta
        """,
    },
    "torch.optim.adagrad": {
        "steps": """
            adagrad
        """,
    },
    "torch.optim.adam": {
        "steps": """
            adam
        """,
    },
    "torch.optim.adamax": {
        "steps": """
            adamax
        """,
    },
    "torch.optim.adamw": {
        "steps": """
            adamw
        """,
    },
    "torch.optim.asgd": {
        "steps": """
            asgd
        """,
    },
    "torch.optim.nadam": {
        "steps": """
            nadam
        """,
    },
    "torch.optim.optimizer": {
        "yet": """
            register_optimizer_step_post_hook register_optimizer_step_pre_hook
        """,
    },
    "torch.optim.radam": {
        "steps": """
            radam
        """,
    },
    "torch.optim.rmsprop": {
        "steps": """
            rmsprop
        """,
    },
    "torch.optim.rprop": {
        "steps": """
            rprop
        """,
    },
    "torch.optim.sgd": {
        "steps": """
            sgd
        """,
    },
    "torch.overrides": {
        "private": """
            BaseTorchFunctionMode TorchFunctionMode enable_reentrant_dispatch get_default_nowrap_functions
            get_ignored_functions get_overridable_functions get_testing_overrides redispatch_function resolve_name
            wrap_torch_function
        """,
    },
    "torch.profiler": {
        "compiled": """
            DeviceType
        """,
        "measure": """
            ExecutionTraceObserver itt kineto_available python_tracer tensorboard_trace_handler
        """,
    },
    "torch.profiler.profiler": {
        "measure": """
            ExecutionTraceObserver kineto_available tensorboard_trace_handler
        """,
    },
    "torch.random": {
        "private": """
            thread_safe_generator
        """,
    },
    "torch.return_types": {
        "eigenvalues": """
            linalg_eig
        """,
        "private": """
            all_return_types aminmax_out cummax_out cummin_out frexp_out geqrf_out histogram_out kthvalue_out
            linalg_cholesky_ex_out linalg_eig_out linalg_eigh_out linalg_inv_ex_out linalg_ldl_factor linalg_ldl_factor_ex
            linalg_ldl_factor_ex_out linalg_ldl_factor_out linalg_lstsq_out linalg_lu_factor_ex_out linalg_lu_factor_out
            linalg_lu_out linalg_qr_out linalg_slogdet_out linalg_solve_ex_out linalg_svd_out lu_unpack_out max_out
            median_out min_out mode_out nanmedian_out pytree_register_structseq qr_out slogdet_out sort_out svd_out topk_out
            triangular_solve_out
        """,
    },
    "torch.serialization": {
        "compiled": """
            StorageType
        """,
        "graphics card": """
            validate_cuda_device validate_hpu_device
        """,
        "private": """
            LoadEndianness SourceChangeWarning check_module_version_greater_or_equal default_restore_location
            get_crc32_options get_default_load_endianness get_default_mmap_options get_unsafe_globals_in_checkpoint
            location_tag mkdtemp normalize_storage_type register_package set_crc32_options set_default_load_endianness
            set_default_mmap_options skip_data storage_to_tensor_type
        """,
    },
    "torch.special": {
        "special": """
            airy_ai bessel_j0 bessel_j1 bessel_y0 bessel_y1 chebyshev_polynomial_t chebyshev_polynomial_u
            chebyshev_polynomial_v chebyshev_polynomial_w hermite_polynomial_h hermite_polynomial_he laguerre_polynomial_l
            legendre_polynomial_p modified_bessel_i0 modified_bessel_i1 modified_bessel_k0 modified_bessel_k1
            scaled_modified_bessel_k0 scaled_modified_bessel_k1 shifted_chebyshev_polynomial_t
            shifted_chebyshev_polynomial_u shifted_chebyshev_polynomial_v shifted_chebyshev_polynomial_w spherical_bessel_j0
        """,
    },
    "torch.testing": {
        "replaced": """
            assert_allclose
        """,
    },
    "torch.utils": {
        "C++": """
            cpp_backtrace cpp_extension get_cpp_backtrace hipify
        """,
        "compiled": """
            bundled_inputs jit model_dump
        """,
        "exchange": """
            model_zoo
        """,
        "graphics card": """
            backend_registration generate_methods_for_privateuse1_backend mobile_optimizer rename_privateuse1_backend
        """,
        "measure": """
            ThroughputBenchmark benchmark collect_env flop_counter module_tracker throughput_benchmark
        """,
        "memory": """
            mkldnn swap_tensors
        """,
        "private": """
            backcompat debug_log deterministic file_baton serialization set_module show_pickle viz weak
        """,
    },
    "torch.utils.checkpoint": {
        "compiled": """
            DefaultDeviceType
        """,
        "yet": """
            CheckpointPolicy GraphExecGroup SAC_IGNORED_OPS SelectiveCheckpointContext create_selective_checkpoint_contexts
            get_device_states set_checkpoint_debug_enabled set_checkpoint_early_stop set_device_states
        """,
    },
    "torch.utils.data": {
        "pipes": """
            DFIterDataPipe DataChunk IterDataPipe MapDataPipe argument_validation backward_compatibility datapipes
            functional_datapipe graph graph_settings guaranteed_datapipes_determinism non_deterministic runtime_validation
            runtime_validation_disabled
        """,
    },
    "torch.utils.hooks": {
        "private": """
            BackwardHook unserializable_hook warn_if_has_hooks
        """,
    },
}
